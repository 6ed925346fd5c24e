# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark's report as an SVG: time of each job, on each board, by each tool.

No font is loaded and nothing has a background: it is read on light and on dark pages.
"""
import math
from xml.sax.saxutils import escape

COLOURS = {"ours": "#2f81c7", "stflash": "#d9822b", "openocd": "#7a9a3a", "virtual": "#2f81c7"}
NAMES = {"ours": "stlink-download", "stflash": "st-flash", "openocd": "OpenOCD",
         "virtual": "stlink-download, virtual time"}
STYLE = """text{font:12px system-ui,sans-serif;fill:#6e7782}
.h{font-weight:600;font-size:13px}.s{font-size:10.5px}.g{stroke:#8b949e;stroke-opacity:.28}
.l{stroke:#d1242f;stroke-width:2.5}
@media(prefers-color-scheme:dark){text{fill:#a9b3bd}.l{stroke:#ff6b6b}}"""

LEFT, PLOT, PANEL, TOP = 56, 330, 460, 62
BAR, GAP, ROW_GAP = 9, 2, 12


def bounds(report, tools):
    """Powers of ten around every time and limit."""
    seconds = [r["seconds"] for r in report["rows"] if r["right"] and r["tool"] in tools]
    seconds += [j["us"] / 1e6 for b in report["limits"].values() for j in b.values() if j["us"]]
    return math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))


class Picture:
    def __init__(self, report):
        self.report = report
        self.rows = {(r["board"], r["job"], r["tool"]): r for r in report["rows"]}
        have = {r["tool"] for r in report["rows"]}
        self.tools = [t for t in ("ours", "stflash", "openocd") if t in have] or ["virtual"]
        self.names = {t: NAMES[t] if t in ("ours", "virtual") else report["versions"].get(t, NAMES[t])
                      for t in self.tools}
        self.low, self.high = bounds(report, self.tools)
        self.row_height = len(self.tools) * (BAR + GAP) + ROW_GAP
        self.out = []

    def x(self, seconds):
        part = (math.log10(seconds) - self.low) / (self.high - self.low)
        return LEFT + PLOT * min(1, max(0, part))

    def put(self, text):
        self.out.append(text)

    def text(self, x, y, words, cls="", anchor="start"):
        self.put(f'<text x="{x:.1f}" y="{y:.1f}" class="{cls}" text-anchor="{anchor}">'
                 f'{escape(words)}</text>')

    def bar(self, y, tool, row):
        if row is None:
            return
        if not row["right"]:
            self.text(LEFT + 3, y + BAR, f"{self.names[tool]} fails", "s")
            return
        end = max(self.x(row["seconds"]), LEFT + 1)
        self.put(f'<rect x="{LEFT}" y="{y:.1f}" width="{end - LEFT:.1f}" height="{BAR}" rx="1" '
                 f'fill="{COLOURS[tool]}"/>')
        value = f"{row['seconds']:.3g}" if row["seconds"] < 100 else f"{row['seconds']:.0f}"
        self.text(end + 4, y + BAR - 0.5, value, "s")

    def job(self, y, board, job):
        height = len(self.tools) * (BAR + GAP) - GAP
        self.text(LEFT - 8, y + height / 2 + 4, job, anchor="end")
        for i, tool in enumerate(self.tools):
            self.bar(y + i * (BAR + GAP), tool, self.rows.get((board, job, tool)))
        limit = self.report["limits"][board][job]["us"] / 1e6
        if limit:
            x = self.x(limit)
            self.put(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3:.1f}" y2="{y + height + 3:.1f}" '
                     'class="l"/>')

    def panel(self, board):
        jobs = self.report["jobs"]
        bottom = 26 + len(jobs) * self.row_height
        what = self.report["model"]["boards"][board]["what"]
        self.text(LEFT, 8, f"{board}: {what}", "h")
        for power in range(self.low, self.high + 1):
            x = self.x(10 ** power)
            self.put(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{bottom}" class="g"/>')
            self.text(x, bottom + 14, f"{10 ** power:g} s", "s", "middle")
        for i, job in enumerate(jobs):
            self.job(26 + i * self.row_height, board, job)

    def legend(self, width):
        self.text(LEFT, 18, "Time of each job on the virtual boards, seconds (logarithmic; "
                  "shorter is better)", "h")
        x = LEFT
        for tool in self.tools:
            self.put(f'<rect x="{x}" y="29" width="18" height="{BAR}" rx="1" '
                     f'fill="{COLOURS[tool]}"/>')
            self.text(x + 24, 38, self.names[tool])
            x += 40 + 7 * len(self.names[tool])
        self.put(f'<line x1="{x + 5}" x2="{x + 5}" y1="26" y2="41" class="l"/>')
        self.text(x + 14, 38, "physical limit: flash (or bus) alone")

    def svg(self):
        boards = self.report["boards"]
        columns = 2 if len(boards) > 1 else 1
        panel_height = 26 + len(self.report["jobs"]) * self.row_height + 42
        width = columns * PANEL
        height = TOP + -(-len(boards) // columns) * panel_height
        self.put(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                 f'width="{width}" height="{height}" role="img" '
                 f'aria-label="benchmark: time of each job, board and tool"><style>{STYLE}</style>')
        self.legend(width)
        for i, board in enumerate(boards):
            self.put(f'<g transform="translate({i % columns * PANEL} '
                     f'{TOP + i // columns * panel_height})">')
            self.panel(board)
            self.put("</g>")
        self.put("</svg>")
        return "\n".join(self.out) + "\n"


def svg(report):
    return Picture(report).svg()
