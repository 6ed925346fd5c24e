/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bed.c - board, mock kernel, USB/IP server, and the program's directory.
 */
#define _GNU_SOURCE
#include "tests/host/bed_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "sim/usbip.h"
#include "tests/host/marks.h"

extern char **environ;

enum { ENV_MAX = 256, TEXT_MAX = 65536, SETTLE_US = 2000, WAIT_MS = 2 };

struct bed bed;

static char tool_path[PATH_MAX];
static pthread_mutex_t ip_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t ip_thread;
static volatile bool ip_stop;
static struct listener ip_listener;
static struct usbip_server *ip_server;

const struct bed_kind *bed_kinds(size_t *n)
{
	static const struct bed_kind table[] = {
		{ .name = "sg", .board = "vldiscovery" },
		{ .name = "libusb", .board = "bluepill", .allocates = true },
		{ .name = "v1-libusb", .board = "vldiscovery", .no_disk = true, .allocates = true },
		{ .name = "usbip", .board = "bluepill", .usbip = true },
	};

	*n = ARRAY_LEN(table);
	return table;
}

const struct scenario *scenarios(size_t *n)
{
	static const struct scenario table[] = {
		{ .name = "list", .words = { "list" }, .claim = CLAIM_OUTPUT, .least = 20 },
		{ .name = "identify", .words = { "info" }, .claim = CLAIM_OUTPUT, .least = 50 },
		{ .name = "read-4k", .words = { "read=o.bin@0x08004000:4096" }, .claim = CLAIM_FILE,
		  .least = 60 },
		{ .name = "erase-4k", .words = { "erase=0x08004000:4096" }, .claim = CLAIM_BLANK,
		  .least = 60 },
		{ .name = "flash-4k", .words = { "program=../i.bin@0x08004000" },
		  .claim = CLAIM_IMAGE, .least = 100 },
		{ .name = "again-4k", .words = { "program=../i.bin@0x08004000" },
		  .claim = CLAIM_IMAGE, .preset = true, .least = 60 },
		{ .name = "verify-4k", .words = { "verify=../i.bin@0x08004000" },
		  .claim = CLAIM_IMAGE, .preset = true, .least = 60 },
		{ .name = "chain-4k", .words = { "--json", "program=../i.bin@0x08004000", "reset" },
		  .claim = CLAIM_IMAGE, .resets = true, .least = 100 },
	};

	*n = ARRAY_LEN(table);
	return table;
}

/* ---- board --------------------------------------------------------------------------------------- */

void bed_lock(void)
{
	if (bed.mk)
		mock_kernel_lock(bed.mk);
	else
		(void)pthread_mutex_lock(&ip_lock);
}

void bed_unlock(void)
{
	if (bed.mk)
		mock_kernel_unlock(bed.mk);
	else
		(void)pthread_mutex_unlock(&ip_lock);
}

static void *serve(void *arg)
{
	struct pollfd p[USBIP_FDS_MAX];
	size_t n;

	(void)arg;
	while (!ip_stop) {
		(void)pthread_mutex_lock(&ip_lock);
		n = usbip_pollfds(ip_server, p, USBIP_FDS_MAX);
		(void)pthread_mutex_unlock(&ip_lock);
		(void)poll(p, n, WAIT_MS);
		(void)pthread_mutex_lock(&ip_lock);
		usbip_handle(ip_server, p, n);
		(void)pthread_mutex_unlock(&ip_lock);
	}
	return NULL;
}

static bool set_usbip(void)
{
	char where[sizeof(bed.dir) + 16];
	struct ctx c;

	ctx_init(&c);
	(void)snprintf(where, sizeof(where), "unix:%s/s", bed.dir);
	if (listen_open(&c, where, &ip_listener))
		return false;
	ip_server = usbip_new(&bed.board, 1, &ip_listener);
	ip_stop = false;
	return ip_server && pthread_create(&ip_thread, NULL, serve, NULL) == 0;
}

/* ---- the directory --------------------------------------------------------------------------------- */

void bed_noise(uint8_t *dst, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		dst[i] = (uint8_t)(1 + (x >> 24) % 254);
	}
}

static bool write_image(void)
{
	char path[sizeof(bed.dir) + 16];
	FILE *f;

	bed_noise(bed.image, sizeof(bed.image), 7);
	(void)snprintf(path, sizeof(path), "%s/i.bin", bed.dir);
	f = fopen(path, "wb");
	return f && fwrite(bed.image, 1, sizeof(bed.image), f) == sizeof(bed.image) &&
	       fclose(f) == 0;
}

void bed_each_file(bed_file_fn *fn, void *arg)
{
	DIR *d = opendir(bed.work);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			fn(e->d_name, arg);
	if (d)
		(void)closedir(d);
}

static void remove_file(const char *name, void *arg)
{
	char path[sizeof(bed.work) + NAME_MAX + 2];

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/%s", bed.work, name);
	(void)unlink(path);
}

void bed_look_again(void)
{
	remove_file("o.bin", NULL);
	bed_lock();
	chip_get_report(board_chip(bed.board), &bed.before);
	bed_unlock();
}

const char *bed_name(void)
{
	return bed.kind->name;
}

static void remove_directory(void)
{
	char path[sizeof(bed.dir) + 16];

	bed_each_file(remove_file, NULL);
	(void)rmdir(bed.work);
	(void)snprintf(path, sizeof(path), "%s/i.bin", bed.dir);
	(void)unlink(path);
	(void)rmdir(bed.dir);
}

static int output_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

/* The program's libraries: ours before those of the mock kernel. */
static bool set_preload(void)
{
	char self[PATH_MAX], list[3 * PATH_MAX], *slash;
	const char *now = getenv("LD_PRELOAD");
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	(void)snprintf(list, sizeof(list), "LD_PRELOAD=%s/marks.so%s%s", self, now ? ":" : "",
		       now ? now : "");
	bed.preload = strdup(list);
	return bed.preload != NULL;
}

bool bed_set(const struct bed_kind *kind, const char *tool)
{
	const struct mock_options options_of_kernel = { .replug_ms = 50, .ignore_storage = kind->no_disk };
	struct board_options options = { .pace = PACE_HURRY };

	memset(&bed, 0, sizeof(bed));
	bed.kind = kind;
	(void)snprintf(bed.dir, sizeof(bed.dir), "/tmp/hostfaults.XXXXXX");
	if (!realpath(tool, tool_path) || !mkdtemp(bed.dir))
		return false;
	(void)snprintf(bed.work, sizeof(bed.work), "%s/w", bed.dir);
	bed.out = output_file("out");
	bed.err = output_file("err");
	bed.board = board_new(board_kind_find(kind->board), &options);
	if (mkdir(bed.work, 0700) || bed.out < 0 || bed.err < 0 || !bed.board || !write_image() ||
	    !set_preload())
		return false;
	if (kind->usbip)
		return set_usbip();
	bed.mk = mock_kernel_new();
	(void)mock_kernel_plug(bed.mk, bed.board, &options_of_kernel);
	return true;
}

void bed_strike(void)
{
	if (bed.mk) {
		mock_kernel_free(bed.mk);
	} else {
		ip_stop = true;
		(void)pthread_join(ip_thread, NULL);
		usbip_free(ip_server);
		listen_close(&ip_listener);
	}
	board_free(bed.board);
	remove_directory();
	free(bed.preload);
	(void)close(bed.out);
	(void)close(bed.err);
}

void bed_fill(const struct scenario *sc)
{
	/* Initial stack, reset vector, a loop at 08000008. */
	static const uint8_t firmware[] = { 0, 0x10, 0, 0x20, 9, 0, 0, 8, 0xFE, 0xE7, 0, 0xBF };
	struct chip *chip = board_chip(bed.board);
	size_t len;
	uint8_t *flash;

	bed_each_file(remove_file, NULL);
	bed_lock();
	flash = chip_flash(chip, &len);
	bed_noise(flash, len, 99);
	memcpy(flash, firmware, sizeof(firmware));
	if (sc->preset)
		memcpy(flash + IMAGE_OFF, bed.image, IMAGE_LEN);
	chip_flash_changed(chip);
	(void)board_set(bed.board, "power", "off");
	(void)board_set(bed.board, "power", "on");
	bed_unlock();
	(void)usleep(SETTLE_US);
	bed_lock();
	memcpy(bed.before_flash, flash, len);
	chip_get_report(chip, &bed.before);
	bed_unlock();
}

/* ---- running ------------------------------------------------------------------------------------------ */

/* The environment of the program, with what fails in it. */
static char **environment(const struct strike_plan *plan)
{
	static char *env[ENV_MAX], plan_text[80];
	size_t n = 0;

	for (char **e = environ; *e && n < ENV_MAX - 4; e++)
		if (strncmp(*e, "LD_PRELOAD=", 11) != 0 && strncmp(*e, "STLINK_DEVICE=", 14) != 0)
			env[n++] = *e;
	env[n++] = bed.preload;
	if (plan->how == STRIKE_ALLOCATION) {
		(void)snprintf(plan_text, sizeof(plan_text), "%s=%llu%s", MARKS_FAIL_ALLOCATION,
			       (unsigned long long)plan->index + 1, plan->value ? "+" : "");
		env[n++] = plan_text;
	}
	env[n] = NULL;
	return env;
}

/* The board's time goes on instead. */
static void on_sleep(uint64_t ns)
{
	bed_lock();
	sim_clock_spend(board_clock(bed.board), ns);
	bed_unlock();
}

static void empty_file(int fd)
{
	if (ftruncate(fd, 0) == 0)
		(void)lseek(fd, 0, SEEK_SET);
}

enum { ARGS_MAX = WORDS_MAX + 4 };

static void command_line(const struct scenario *sc, char *argv[ARGS_MAX])
{
	static char option[] = "-d", where[sizeof(bed.dir) + 32];
	int argc = 0;

	argv[argc++] = tool_path;
	if (bed.kind->usbip) {
		(void)snprintf(where, sizeof(where), "usbip:unix:%s/s", bed.dir);
		argv[argc++] = option;
		argv[argc++] = where;
	}
	for (int i = 0; i < WORDS_MAX && sc->words[i]; i++)
		argv[argc++] = (char *)(uintptr_t)sc->words[i];
	argv[argc] = NULL;
}

bool bed_run(const struct scenario *sc, const struct strike_plan *plan, struct traced *end)
{
	char *argv[ARGS_MAX];
	struct traced_program p = {
		.argv = argv, .envp = environment(plan), .directory = bed.work, .out = bed.out,
		.err = bed.err, .limit_s = BED_LIMIT_S, .slept = on_sleep,
	};

	command_line(sc, argv);
	empty_file(bed.out);
	empty_file(bed.err);
	return tracer_run(&p, plan, end);
}

pid_t bed_start(const struct scenario *sc, int err)
{
	static const struct strike_plan nothing;
	char *argv[ARGS_MAX], **envp = environment(&nothing);
	int null;
	pid_t pid;

	command_line(sc, argv);
	pid = fork();
	if (pid != 0)
		return pid;
	/* Not by umockdev's functions: another thread may have had its lock at the fork. */
	null = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0 ||
	    syscall(SYS_chdir, bed.work) != 0)
		_exit(126);
	(void)execve(argv[0], argv, envp);
	_exit(127);
}

static const char *text_of(int fd, char *text)
{
	ssize_t n = pread(fd, text, TEXT_MAX - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

const char *bed_output(void)
{
	static char text[TEXT_MAX];

	return text_of(bed.out, text);
}

const char *bed_error(void)
{
	static char text[TEXT_MAX];

	return text_of(bed.err, text);
}
