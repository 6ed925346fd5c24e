/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * main.c - the program stlink-sim: plug virtual boards in and serve them.
 *
 * The only file of the room that prints, besides the report. Boards, sockets and
 * protocols are elsewhere; here is the one poll loop and the order of beginning and end.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "sim/control.h"
#include "sim/options.h"
#include "sim/report.h"
#include "sim/replay.h"
#include "sim/trace.h"
#include "sim/usbip.h"
#include "sim/vhci.h"

#define SIM_VERSION "2.0.0"
#define ROOM "sim"
#define VID_ST 0x0483
#define TICK_LIVE_MS 5
#define TICK_MS 100
#define NS_PER_MS 1000000ull

struct led_watch {
	struct board *board;
	bool known[4], on[4];
};

struct attachment {
	unsigned port;
	bool held;              /* the port is ours until the kernel frees it */
};

struct sim {
	struct ctx ctx;
	struct sim_options options;
	struct board *boards[USBIP_BOARDS_MAX];
	struct led_watch leds[USBIP_BOARDS_MAX];
	struct attachment attached[USBIP_BOARDS_MAX];
	struct listener listener, control_listener;
	struct usbip_server *server;
	struct trace *trace;
	struct replay *replays[USBIP_BOARDS_MAX];
	struct control control;
	const volatile sig_atomic_t *stop;
};

/* ---- boards ----------------------------------------------------------------------------- */

static void on_pin(void *priv, char port, unsigned n, int level, uint64_t at_ns)
{
	struct led_watch *w = priv;
	const struct board_kind *k = board_get_kind(w->board);
	size_t n_leds;
	const struct board_led *leds = board_kind_leds(k, &n_leds);

	for (size_t i = 0; i < n_leds && i < ARRAY_LEN(w->on); i++) {
		bool on = level == leds[i].on_level;

		if (leds[i].port != port || leds[i].pin != n || (w->known[i] && w->on[i] == on))
			continue;
		w->known[i] = true;
		w->on[i] = on;
		printf("led %s %s %s %" PRIu64 ".%06" PRIu64 "\n", board_kind_name(k), leds[i].name,
		       on ? "on" : "off", at_ns / 1000000000u, at_ns / 1000u % 1000000u);
		(void)fflush(stdout);
	}
}

/* Put a file at the start of flash; missing_ok: a file that is not there is no error. */
static enum sl_err load_flash(struct ctx *ctx, struct board *b, const char *path, bool missing_ok)
{
	struct buffer buf;
	size_t len;
	uint8_t *flash = chip_flash(board_chip(b), &len);
	enum sl_err e;

	if (missing_ok && access(path, F_OK) != 0 && errno == ENOENT)
		return SL_OK;
	buf_init(&buf, len);
	e = file_read_all(ctx, path, &buf);
	if (e == SL_OK && buf.len > 0) {
		memcpy(flash, buf.data, buf.len);
		chip_flash_changed(board_chip(b));
		/* the core must start from what is there now */
		chip_power(board_chip(b), false);
		chip_power(board_chip(b), true);
	}
	buf_free(&buf);
	return e;
}

static bool has_doors(const struct sim_options *o)
{
	return o->listen != NULL || o->control != NULL || o->attach;
}

/* The board around a recording: a probe of the same kind and version. */
static enum sl_err open_replay(struct sim *s, size_t i)
{
	struct board_spec *spec = &s->options.boards[i];
	enum sl_err e = replay_load(&s->ctx, spec->replay_file, &s->replays[i]);
	char about[120];
	uint16_t pid;

	if (e != SL_OK)
		return e;
	replay_about(s->replays[i], about, sizeof(about));
	spec->kind = replay_identity(s->replays[i], &pid, spec->firmware);
	spec->options.replay = s->replays[i];
	if (spec->firmware[0] != '\0')
		spec->options.firmware = spec->firmware;
	if (pid != 0) {
		spec->options.vid = VID_ST;
		spec->options.pid = pid;
	}
	printf("replay: %s as %s, %s: %s\n", spec->replay_file, board_kind_name(spec->kind),
	       spec->firmware[0] != '\0' ? spec->firmware : "version unknown", about);
	return SL_OK;
}

static enum sl_err plug_board(struct sim *s, size_t i)
{
	struct board_spec *spec = &s->options.boards[i];
	char why[CONTROL_WHY_MAX];
	struct board *b;
	enum sl_err e = SL_OK;

	/* Nobody outside needs the time of boards that only run for a while. */
	if (spec->replay_file != NULL)
		e = open_replay(s, i);
	if (e != SL_OK)
		return e;
	spec->options.pace = has_doors(&s->options) ? s->options.pace : PACE_VIRTUAL;
	b = board_new(spec->kind, &spec->options);
	if (b == NULL)
		return ctx_fail(&s->ctx, SL_USAGE, ROOM,
				"cannot make %s: wrong firmware or serial, or no memory",
				board_kind_name(spec->kind));
	s->boards[i] = b;
	if (spec->flash_file != NULL)
		e = load_flash(&s->ctx, b, spec->flash_file, true);
	if (e == SL_OK && spec->load_file != NULL)
		e = load_flash(&s->ctx, b, spec->load_file, false);
	for (size_t k = 0; e == SL_OK && k < spec->n_sets; k++)
		if (!control_set(b, spec->sets[k], why, sizeof(why)))
			e = ctx_fail(&s->ctx, SL_USAGE, ROOM, "--set %s: %s", spec->sets[k], why);
	if (e == SL_OK && s->options.leds) {
		s->leds[i].board = b;
		chip_on_pin(board_chip(b), on_pin, &s->leds[i]);
	}
	return e;
}

static enum sl_err save_flash(struct sim *s, size_t i)
{
	const char *path = s->options.boards[i].flash_file;
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(s->boards[i]), &len);

	return path != NULL ? file_write_all(&s->ctx, path, flash, len, true) : SL_OK;
}

/* ---- serving ------------------------------------------------------------------------------ */

static enum sl_err attach_board(struct sim *s, size_t i)
{
	struct attachment *a = &s->attached[i];
	struct usbdev_ids ids;
	int fd = -1;
	enum sl_err e;

	if (a->held && !vhci_port_free(&s->ctx, a->port))
		return SL_OK;           /* the kernel is not done with the old one */
	a->held = false;
	if (!usbdev_enumerate(s->boards[i]))
		return SL_OK;
	usbdev_ids(s->boards[i], &ids);
	e = vhci_attach(&s->ctx, usbip_devid(s->server, i), ids.high_speed, &fd, &a->port);
	if (e != SL_OK)
		return e;
	a->held = usbip_adopt(s->server, i, fd);
	printf("attached %s to port %u\n", board_kind_name(board_get_kind(s->boards[i])), a->port);
	(void)fflush(stdout);
	return SL_OK;
}

static enum sl_err attach_all(struct sim *s)
{
	enum sl_err e = SL_OK;

	for (size_t i = 0; e == SL_OK && i < s->options.n_boards; i++)
		if (!usbip_attached(s->server, i))
			e = attach_board(s, i);
	return e;
}

/* Firmware that never waits may be more than this machine can execute in real time. What
 * the boards needed beyond a tick is then no time of theirs: else each round would have to
 * make up for a longer one, and the host would get no answers. */
static void let_time_pass(struct sim *s)
{
	struct deadline tick = ctx_deadline(&s->ctx, TICK_LIVE_MS);
	size_t i;

	for (i = 0; i < s->options.n_boards; i++) {
		sim_clock_follow(board_clock(s->boards[i]));
		chip_sync(board_chip(s->boards[i]));
	}
	if (!ctx_expired(&s->ctx, tick))
		return;
	for (i = 0; i < s->options.n_boards; i++)
		sim_clock_forgive(board_clock(s->boards[i]));
}

/* What was not recorded is told when it is asked. */
static void tell_refused(struct sim *s)
{
	for (size_t i = 0; i < s->options.n_boards; i++) {
		const char *news = s->replays[i] != NULL ? replay_news(s->replays[i]) : NULL;

		if (news != NULL)
			fprintf(stderr, "stlink-sim: %s: %s\n", s->options.boards[i].replay_file, news);
	}
}

static enum sl_err serve(struct sim *s)
{
	struct pollfd fds[USBIP_FDS_MAX + CONTROL_FDS_MAX];
	struct deadline end = ctx_deadline(&s->ctx, s->options.duration_ms);
	enum sl_err e = SL_OK;

	while (e == SL_OK && *s->stop == 0 && !s->control.quit &&
	       (s->options.duration_ms == 0 || !ctx_expired(&s->ctx, end))) {
		size_t n = usbip_pollfds(s->server, fds, USBIP_FDS_MAX);
		size_t m = control_pollfds(&s->control, fds + n, CONTROL_FDS_MAX);

		if (poll(fds, n + m, s->options.pace == PACE_VIRTUAL ? TICK_MS : TICK_LIVE_MS) < 0 &&
		    errno != EINTR)
			return ctx_fail_errno(&s->ctx, SL_HOST, ROOM, errno, "poll");
		usbip_handle(s->server, fds, n);
		tell_refused(s);
		if (s->trace != NULL)
			trace_flush(s->trace);
		control_handle(&s->control, fds + n, m);
		if (s->options.pace != PACE_VIRTUAL)
			let_time_pass(s);
		if (s->options.attach)
			e = attach_all(s);
	}
	return e;
}

static enum sl_err run_alone(struct sim *s)
{
	for (size_t i = 0; i < s->options.n_boards; i++)
		chip_idle_until(board_chip(s->boards[i]), s->options.duration_ms * NS_PER_MS);
	return SL_OK;
}

static enum sl_err open_doors(struct sim *s)
{
	const struct sim_options *o = &s->options;
	enum sl_err e = SL_OK;

	if (o->listen != NULL)
		e = listen_open(&s->ctx, o->listen, &s->listener);
	if (e == SL_OK && o->control != NULL)
		e = listen_open(&s->ctx, o->control, &s->control_listener);
	if (e != SL_OK)
		return e;
	s->server = usbip_new(s->boards, o->n_boards, o->listen != NULL ? &s->listener : NULL);
	if (s->server == NULL)
		return ctx_fail(&s->ctx, SL_NOMEM, ROOM, "no memory for the server");
	if (o->trace != NULL) {
		e = trace_open(&s->ctx, o->trace, s->boards, o->n_boards, &s->trace);
		if (e != SL_OK)
			return e;
		usbip_trace(s->server, s->trace);
	}
	if (o->control != NULL)
		printf("control on %s\n", s->control_listener.name);
	if (o->listen != NULL)
		printf("listening on %s\n", s->listener.name);
	(void)fflush(stdout);
	return SL_OK;
}

static void close_doors(struct sim *s)
{
	for (size_t i = 0; i < s->options.n_boards; i++)
		if (s->attached[i].held)
			vhci_detach(&s->ctx, s->attached[i].port);
	control_close(&s->control);
	usbip_free(s->server);
	listen_close(&s->listener);
	listen_close(&s->control_listener);
}

static enum sl_err write_reports(struct sim *s)
{
	const struct sim_options *o = &s->options;
	enum sl_err e = SL_OK;
	FILE *f;

	for (size_t i = 0; i < o->n_boards && !o->quiet; i++)
		report_text(stdout, s->boards[i]);
	(void)fflush(stdout);
	if (o->report != NULL) {
		f = fopen(o->report, "w");
		if (f == NULL)
			return ctx_fail_errno(&s->ctx, SL_FILE, ROOM, errno, "cannot write %s",
					      o->report);
		report_json(f, s->boards, o->n_boards);
		if (fclose(f) != 0)
			return ctx_fail_errno(&s->ctx, SL_FILE, ROOM, errno, "cannot write %s",
					      o->report);
	}
	for (size_t i = 0; e == SL_OK && i < o->n_boards; i++)
		e = save_flash(s, i);
	return e;
}

/* The kernel may round sleeps up by 50 us for a quiet machine: half a transfer's time. */
static void sharpen_sleep(enum sim_pace pace)
{
	if (pace == PACE_REAL)
		(void)prctl(PR_SET_TIMERSLACK, 1ul);
}

/* Did the tool do what it did then? */
static enum sl_err judge_replays(struct sim *s)
{
	enum sl_err e = SL_OK;

	for (size_t i = 0; i < s->options.n_boards; i++) {
		size_t n = s->replays[i] != NULL ? replay_missed(s->replays[i]) : 0;

		if (n == 0)
			continue;
		e = ctx_fail(&s->ctx, SL_VERIFY, ROOM, "%zu commands are not in the recording", n);
		ctx_hint(&s->ctx, "give the words that were given then, and --seed=N as it was");
	}
	return e;
}

static enum sl_err run(struct sim *s)
{
	const struct sim_options *o = &s->options;
	bool doors = has_doors(o);
	enum sl_err e = SL_OK, e2;

	s->listener.fd = s->control_listener.fd = -1;
	control_init(&s->control, s->boards, o->n_boards, &s->control_listener);
	for (size_t i = 0; e == SL_OK && i < o->n_boards; i++)
		e = plug_board(s, i);
	if (e != SL_OK)
		return e;
	sharpen_sleep(o->pace);
	e = doors ? open_doors(s) : run_alone(s);
	if (e == SL_OK && doors)
		e = serve(s);
	close_doors(s);
	if (e == SL_OK)
		e = write_reports(s);
	if (e == SL_OK)
		e = judge_replays(s);
	e2 = trace_close(&s->ctx, s->trace);
	return e != SL_OK ? e : e2;
}

static void list_boards(void)
{
	for (size_t i = 0; board_kinds()[i] != NULL; i++) {
		const struct board_kind *k = board_kinds()[i];

		printf("%-14s %-8s %s\n", board_kind_name(k), board_kind_firmware(k),
		       board_kind_title(k));
	}
}

int main(int argc, char **argv)
{
	static struct sim sim;
	enum sl_err e;

	ctx_init(&sim.ctx);
	e = options_parse(&sim.ctx, argc, argv, &sim.options);
	if (e == SL_OK && sim.options.help) {
		fputs(options_help(), stdout);
	} else if (e == SL_OK && sim.options.version) {
		puts("stlink-sim " SIM_VERSION);
	} else if (e == SL_OK && sim.options.list) {
		list_boards();
	} else if (e == SL_OK) {
		sim.stop = interrupt_install();
		e = run(&sim);
		for (size_t i = 0; i < sim.options.n_boards; i++) {
			board_free(sim.boards[i]);
			replay_free(sim.replays[i]);
		}
	}
	if (e == SL_OK)
		return 0;
	fprintf(stderr, "stlink-sim: %s\n", sim.ctx.fault.text);
	if (sim.ctx.fault.hint[0] != '\0')
		fprintf(stderr, "stlink-sim: %s\n", sim.ctx.fault.hint);
	return err_exit_status(&sim.ctx.fault);
}
