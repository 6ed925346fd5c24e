/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tracer.c - ptrace: stops at each system call, skips it, shortens it or sends a signal.
 *
 * A call is skipped by making its number -1; what it returns is set when it ends (ptrace(2)). A stop
 * costs more than the call: each call is one only until the k-th was struck, and none is while the
 * mock kernel's client is at work. A seccomp filter stops the marks and the sleeps, then and before.
 */
#define _GNU_SOURCE
#include "tests/host/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/host/marks.h"

enum { THREADS_MAX = 16 };

struct thread {
	pid_t tid;
	bool inside;            /* between MARK_BEGIN and MARK_END */
	bool seen;              /* the filter's stop that follows is of a call that was looked at */
	bool replace, restore;
	unsigned long long result;
	struct user_regs_struct saved;
};

struct trace {
	pid_t pid;
	const struct strike_plan *plan;
	struct traced *end;
	traced_sleep_fn *slept;
	struct thread threads[THREADS_MAX];
	size_t n;
	bool started, watching; /* watching: the k-th call is still to come */
	unsigned long long quiet;       /* where the program's marks are turned off */
	uint64_t handlers;      /* bit n: signal n is handled or ignored */
};

static volatile sig_atomic_t alarmed;

static void on_alarm(int signo)
{
	(void)signo;
	alarmed = 1;
}

static double seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct thread *thread_of(struct trace *t, pid_t tid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->threads[i].tid == tid)
			return &t->threads[i];
	if (t->n == THREADS_MAX)
		t->n--;
	t->threads[t->n] = (struct thread){ .tid = tid };
	return &t->threads[t->n++];
}

static void forget_thread(struct trace *t, pid_t tid)
{
	struct thread *th = thread_of(t, tid);

	*th = t->threads[--t->n];
}

/* ---- what a call is about -------------------------------------------------------------------- */

static void read_text(pid_t pid, unsigned long long address, char *dst, size_t room)
{
	struct iovec here = { dst, room - 1 };
	struct iovec there = { (void *)(uintptr_t)address, room - 1 };
	ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);

	/* The text may end right before a page that is not there. */
	if (n < 0) {
		there.iov_len = here.iov_len = 4096 - (size_t)(address & 4095);
		if (there.iov_len > room - 1)
			there.iov_len = here.iov_len = room - 1;
		n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
	dst[n > 0 ? n : 0] = '\0';
}

static void describe(struct trace *t, pid_t tid, const struct call_kind *kind,
		     const struct user_regs_struct *r)
{
	struct struck_call *c = &t->end->call;
	char path[64];
	ssize_t n;

	c->kind = kind;
	c->first = (long)(int)r->rdi;
	c->about[0] = '\0';
	if (kind->traits & CALL_PATH)
		read_text(tid, r->rdi, c->about, sizeof(c->about));
	if (kind->traits & CALL_AT)
		read_text(tid, r->rsi, c->about, sizeof(c->about));
	if (!(kind->traits & CALL_FD) && !(kind->traits & CALL_AT && c->about[0] == '\0'))
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, (int)r->rdi);
	n = readlink(path, c->about, sizeof(c->about) - 1);
	c->about[n > 0 ? n : 0] = '\0';
}

/* ---- striking ---------------------------------------------------------------------------------- */

static void set_regs(pid_t tid, struct user_regs_struct *r)
{
	(void)ptrace(PTRACE_SETREGS, tid, NULL, r);
}

static void strike(struct trace *t, struct thread *th, const struct call_kind *kind,
		   struct user_regs_struct *r)
{
	const struct strike_plan *plan = t->plan;

	switch (plan->how) {
	case STRIKE_ERRNO:
		if (kind->number == SYS_brk) {
			/* It has no error: it returns the end of memory as it is. */
			th->restore = true;
			th->saved = *r;
			r->rdi = 0;
			set_regs(th->tid, r);
			break;
		}
		th->replace = true;
		th->result = (unsigned long long)-plan->value;
		if (!(kind->traits & CALL_CARRIED_OUT))
			r->orig_rax = (unsigned long long)-1;
		set_regs(th->tid, r);
		break;
	case STRIKE_PART:
		th->restore = true;
		th->saved = *r;
		r->rdx = r->rdx > (unsigned)plan->value ? r->rdx / (unsigned)plan->value : 1;
		set_regs(th->tid, r);
		break;
	case STRIKE_SIGNAL:
		t->end->handled = t->handlers >> plan->value & 1;
		(void)kill(t->pid, plan->value);
		break;
	default:
		break;
	}
}

static bool counts(const struct strike_plan *plan, const struct call_kind *kind,
		   const struct user_regs_struct *r)
{
	if (plan->traits == 0)
		return true;
	return (kind->traits & plan->traits) != 0 && (plan->how != STRIKE_PART || r->rdx > 1);
}

/* Sleeping takes no time here; whoever runs the board's clock is told. */
static void skip_sleep(struct trace *t, struct thread *th, struct user_regs_struct *r)
{
	struct timespec ts;
	struct iovec here = { &ts, sizeof(ts) };
	struct iovec there = { (void *)(uintptr_t)r->rdx, sizeof(ts) };

	if (r->rsi != 0 || process_vm_readv(th->tid, &here, 1, &there, 1, 0) != (ssize_t)sizeof(ts))
		return;
	t->slept((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
	/* Of a call that is skipped by the filter's stop nobody sees the end. */
	th->replace = t->watching;
	th->result = 0;
	r->orig_rax = (unsigned long long)-1;
	r->rax = 0;
	set_regs(th->tid, r);
}

/* Nothing is left to be struck: the marks are no longer needed. */
static void stop_watching(struct trace *t, const struct thread *th)
{
	t->watching = false;
	(void)ptrace(PTRACE_POKEDATA, th->tid, t->quiet, 1L);
}

static bool is_mark(const struct user_regs_struct *r)
{
	return r->orig_rax == SYS_ioctl && (int)r->rdi == -1;
}

/* True when the call was a mark and nothing more is to be done about it. */
static bool took_mark(struct trace *t, struct thread *th, const struct user_regs_struct *r)
{
	if (!is_mark(r))
		return false;
	switch (r->rsi) {
	case MARK_MAIN:
		t->started = true;
		t->quiet = r->rdx;
		t->watching = t->plan->how != STRIKE_NOTHING && t->plan->how != STRIKE_ALLOCATION;
		if (!t->watching)
			stop_watching(t, th);
		return true;
	case MARK_BEGIN:
	case MARK_END:
		th->inside = r->rsi == MARK_BEGIN;
		return true;
	case MARK_COUNT:
		t->end->counted = r->rdx;
		return true;
	case MARK_STRUCK:
		t->end->struck = true;
		return true;
	default:
		return false;
	}
}

static void look_at(struct trace *t, struct thread *th, struct user_regs_struct *r)
{
	struct user_regs_struct seen = *r;
	const struct call_kind *kind;

	if (is_mark(r) && r->rsi == MARK_CLOSE) {
		seen.orig_rax = SYS_close;
		seen.rdi = r->rdx;
	}
	kind = call_kind((long)seen.orig_rax);
	if (r->orig_rax == SYS_rt_sigaction && r->rsi != 0 && r->rdi < 64)
		t->handlers |= UINT64_C(1) << r->rdi;
	if (!t->watching || !counts(t->plan, kind, r) || t->end->counted++ != t->plan->index ||
	    t->plan->how == STRIKE_COUNT) {
		if (kind->number == SYS_clock_nanosleep && t->slept)
			skip_sleep(t, th, r);
		return;
	}
	t->end->struck = true;
	describe(t, th->tid, kind, &seen);
	strike(t, th, kind, r);
	stop_watching(t, th);
}

static void on_entry(struct trace *t, struct thread *th)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, th->tid, NULL, &r) != 0)
		return;
	if (!took_mark(t, th, &r) && t->started && !th->inside)
		look_at(t, th, &r);
}

/* The filter looks at a call after it began, by the number that it has then. */
static void on_entry_before_filter(struct trace *t, struct thread *th)
{
	struct user_regs_struct r;

	on_entry(t, th);
	th->seen = ptrace(PTRACE_GETREGS, th->tid, NULL, &r) == 0 &&
		   (is_mark(&r) || r.orig_rax == SYS_clock_nanosleep);
}

static void on_exit_of(struct thread *th)
{
	struct user_regs_struct r;

	if ((!th->replace && !th->restore) || ptrace(PTRACE_GETREGS, th->tid, NULL, &r) != 0)
		return;
	if (th->replace)
		r.rax = th->result;
	if (th->restore) {
		r.rdi = th->saved.rdi;
		r.rdx = th->saved.rdx;
	}
	th->replace = th->restore = false;
	set_regs(th->tid, &r);
}

static void on_syscall(struct trace *t, struct thread *th)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, th->tid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_entry_before_filter(t, th);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of(th);
}

/* ---- the loop ------------------------------------------------------------------------------------ */

/* One stop of one thread: what signal it shall get as it goes on. */
static int on_stop(struct trace *t, pid_t tid, int status)
{
	struct thread *th = thread_of(t, tid);
	int signo = WSTOPSIG(status);

	if (signo == (SIGTRAP | 0x80)) {
		on_syscall(t, th);
		return 0;
	}
	if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		if (!th->seen)
			on_entry(t, th);
		th->seen = false;
		return 0;
	}
	/* execve is left through another stop; a new thread begins with SIGSTOP. */
	if (status >> 16 != 0 || (signo == SIGSTOP && tid != t->pid) || signo == SIGTRAP)
		return 0;
	return signo;
}

/* On it goes, to the next stop that is needed. */
static void go_on(struct trace *t, pid_t tid, int signo)
{
	const struct thread *th = thread_of(t, tid);
	bool each = (t->watching && !th->inside) || th->replace || th->restore;

	(void)ptrace(each ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (long)signo);
}

static void follow(struct trace *t)
{
	int status = 0;

	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (alarmed) {
			t->end->late = true;
			(void)kill(t->pid, SIGKILL);
			alarmed = 0;
		}
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return;
		if (!WIFSTOPPED(status) && tid == t->pid)
			break;
		if (!WIFSTOPPED(status))
			forget_thread(t, tid);
		if (WIFSTOPPED(status))
			go_on(t, tid, on_stop(t, tid, status));
	}
	t->end->killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	t->end->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* A child that outlived the program must not be taken for the next one's. */
static void end_others(const struct trace *t)
{
	int status;

	for (size_t i = 0; i < t->n; i++)
		if (t->threads[i].tid != t->pid && kill(t->threads[i].tid, SIGKILL) == 0)
			(void)waitpid(t->threads[i].tid, &status, __WALL);
}

/* Stops, whoever resumed it and how, at marks and sleeps. */
static bool set_filter(void)
{
	enum { NR = offsetof(struct seccomp_data, nr), FIRST = offsetof(struct seccomp_data, args) };
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_nanosleep, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static _Noreturn void become(const struct traced_program *p)
{
	/* Not by umockdev's functions: another thread may have had its lock at the fork. */
	int null = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);

	if (null < 0 || dup2(null, 0) < 0 || dup2(p->out, 1) < 0 || dup2(p->err, 2) < 0 ||
	    syscall(SYS_chdir, p->directory) != 0)
		_exit(126);
	(void)syscall(SYS_close_range, 3, ~0u, 0);
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
	if (!set_filter())
		_exit(126);
	(void)execve(p->argv[0], p->argv, p->envp);
	_exit(127);
}

static void set_alarm(unsigned s)
{
	struct sigaction act = { .sa_handler = on_alarm };

	alarmed = 0;
	(void)sigaction(SIGALRM, &act, NULL);
	(void)alarm(s);
}

bool tracer_run(const struct traced_program *p, const struct strike_plan *plan, struct traced *end)
{
	struct trace t = { .plan = plan, .end = end, .slept = p->slept };
	double began = seconds();
	int status;

	memset(end, 0, sizeof(*end));
	end->call.kind = call_kind(-1);
	t.pid = fork();
	if (t.pid < 0)
		return false;
	if (t.pid == 0)
		become(p);
	if (waitpid(t.pid, &status, 0) != t.pid || !WIFSTOPPED(status))
		return false;
	(void)ptrace(PTRACE_SETOPTIONS, t.pid, NULL,
		     (long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
			    PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP |
			    PTRACE_O_EXITKILL));
	set_alarm(p->limit_s);
	(void)ptrace(PTRACE_CONT, t.pid, NULL, 0L);
	follow(&t);
	(void)alarm(0);
	end_others(&t);
	end->seconds = seconds() - began;
	return t.started;
}
