/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * calls.c - the system calls that the program makes, or may make.
 *
 * Which may fail: section 2 of the manual pages. A call without a trait fails only for arguments
 * that are wrong.
 */
#include "tests/host/calls.h"

#include <sys/syscall.h>

#define ROW(name, traits) { SYS_##name, #name, traits }
#define FD (CALL_FAILS | CALL_FD)
#define MOVES (CALL_FAILS | CALL_FD | CALL_COUNT)
#define AT (CALL_FAILS | CALL_AT)

static const struct call_kind table[] = {
	ROW(read, MOVES), ROW(write, MOVES), ROW(pread64, MOVES), ROW(pwrite64, MOVES),
	ROW(recvfrom, MOVES), ROW(sendto, MOVES), ROW(getdents64, FD), ROW(lseek, FD),
	ROW(readv, FD), ROW(writev, FD), ROW(recvmsg, FD), ROW(sendmsg, FD),
	ROW(ioctl, FD), ROW(fcntl, FD), ROW(fstat, FD), ROW(fsync, FD), ROW(fchmod, FD),
	ROW(ftruncate, FD), ROW(fstatfs, FD), ROW(flock, FD), ROW(fadvise64, FD),
	ROW(connect, FD), ROW(bind, FD), ROW(setsockopt, FD), ROW(getsockopt, FD),
	ROW(getsockname, FD), ROW(shutdown, FD), ROW(timerfd_settime, FD), ROW(dup, FD),
	ROW(close, FD | CALL_CARRIED_OUT),
	ROW(openat, AT), ROW(newfstatat, AT), ROW(faccessat, AT), ROW(faccessat2, AT),
	ROW(readlinkat, AT), ROW(renameat2, AT), ROW(renameat, AT), ROW(unlinkat, AT),
	ROW(statx, AT),
	ROW(open, CALL_FAILS | CALL_PATH), ROW(access, CALL_FAILS | CALL_PATH),
	ROW(stat, CALL_FAILS | CALL_PATH), ROW(lstat, CALL_FAILS | CALL_PATH),
	ROW(readlink, CALL_FAILS | CALL_PATH), ROW(rename, CALL_FAILS | CALL_PATH),
	ROW(unlink, CALL_FAILS | CALL_PATH), ROW(statfs, CALL_FAILS | CALL_PATH),
	ROW(chmod, CALL_FAILS | CALL_PATH),
	ROW(socket, CALL_FAILS), ROW(socketpair, CALL_FAILS), ROW(pipe, CALL_FAILS),
	ROW(pipe2, CALL_FAILS), ROW(eventfd2, CALL_FAILS), ROW(timerfd_create, CALL_FAILS),
	ROW(epoll_create1, CALL_FAILS), ROW(poll, CALL_FAILS), ROW(ppoll, CALL_FAILS),
	ROW(select, CALL_FAILS), ROW(pselect6, CALL_FAILS), ROW(epoll_wait, CALL_FAILS),
	ROW(clock_nanosleep, CALL_FAILS), ROW(nanosleep, CALL_FAILS), ROW(getcwd, CALL_FAILS),
	ROW(getrandom, CALL_FAILS),
	ROW(mmap, CALL_MEMORY), ROW(mremap, CALL_MEMORY), ROW(brk, CALL_MEMORY),
	ROW(clone, CALL_MEMORY), ROW(clone3, CALL_MEMORY),
	ROW(munmap, 0), ROW(mprotect, 0), ROW(madvise, 0), ROW(exit, 0), ROW(exit_group, 0),
	ROW(futex, 0), ROW(rt_sigaction, 0), ROW(rt_sigprocmask, 0), ROW(rt_sigreturn, 0),
	ROW(getpid, 0), ROW(gettid, 0), ROW(getuid, 0), ROW(geteuid, 0), ROW(getgid, 0),
	ROW(getegid, 0), ROW(umask, 0), ROW(uname, 0), ROW(rseq, 0), ROW(set_robust_list, 0),
	ROW(prlimit64, 0), ROW(sched_yield, 0), ROW(clock_gettime, 0), ROW(sysinfo, 0),
	ROW(restart_syscall, 0), ROW(sched_getaffinity, 0), ROW(prctl, 0), ROW(getpgrp, 0),
};

const struct call_kind *call_kind(long number)
{
	static const struct call_kind unknown = { -1, "?", CALL_FAILS };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].number == number)
			return &table[i];
	return &unknown;
}
