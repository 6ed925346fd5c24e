/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * surroundings.c - does udev run here at all; if not, what instead.
 *
 * Source: cgroup v1 devices (189 usb_device, 21 sg), Linux Documentation/admin-guide/devices.txt;
 * Microsoft's documentation of wsl.conf.
 */
#include "host/priv.h"

/* A bind mount of the directory, not of one node: a probe that comes back has another number. */
static const char docker_options[] =
	"docker run -v /dev/bus/usb:/dev/bus/usb --device-cgroup-rule='c 189:* rmw' "
	"--device-cgroup-rule='c 21:* rmw' ...";

void check_surroundings(struct machine *m)
{
	struct finding *f;

	if (m->host->is_root)
		(void)find(m, "user", FINDING_NOTE, "you are root, who may use every node; as yourself you "
						    "see what a user may do");
	if (m->udev) {
		(void)find(m, "udev", FINDING_OK, "udev runs");
		return;
	}
	if (m->wsl) {
		f = find(m, "udev", FINDING_NOTE, "this is WSL and udev does not run: no rule has any "
						  "effect. Then \"wsl.exe --shutdown\" in Windows");
		cure(f, "printf '[boot]\\nsystemd=true\\n' | sudo tee -a /etc/wsl.conf");
		return;
	}
	if (m->container) {
		f = find(m, "udev", FINDING_NOTE, "this is a container and udev does not run in it: rules "
						  "count on the host, and the nodes must be let in");
		cure(f, "%s", docker_options);
		return;
	}
	f = find(m, "udev", FINDING_NOTE, "udev does not run: no rule has any effect");
	cure(f, "sudo systemctl start systemd-udevd");
}
