#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hand and the eye of a desktop without a screen: clicks what has a name.

WINDOW, ROLE and NAME are those of accessibility; WINDOW is the beginning of its title, the
last one opened if there are several. What is not there yet is waited for.
"""

import re
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Atspi, Gdk, GLib  # noqa: E402

SECONDS = 60
CORNER = (9999, 9999)
WINDOWS = ("frame", "dialog", "alert")


class Missing(Exception):
    """What was looked for is not there."""


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child:
            yield child


def shown(node):
    """All that can be seen below a node, in order."""
    for child in children(node):
        if child.get_state_set().contains(Atspi.StateType.SHOWING):
            yield child
            yield from shown(child)


def window(title):
    found = [
        window
        for application in children(Atspi.get_desktop(0))
        for window in children(application)
        if window.get_role_name() in WINDOWS
        and window.get_name().startswith(title)
        and window.get_state_set().contains(Atspi.StateType.SHOWING)
    ]
    if not found:
        raise Missing(f'no window "{title}"')
    return found[-1]


def element(title, role, name):
    for node in shown(window(title)):
        if node.get_role_name() == role and node.get_name() == name:
            return node
    raise Missing(f'no {role} "{name}" in "{title}"')


def usable(title, role, name):
    node = element(title, role, name)
    if not node.get_state_set().contains(Atspi.StateType.SENSITIVE):
        raise Missing(f'{role} "{name}" in "{title}" can\'t be used')
    return node


def wait(what, *args):
    """What a function finds, once it does."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return what(*args)
        except (Missing, GLib.Error) as error:
            if time.monotonic() >= deadline:
                raise Missing(f"not in {SECONDS} s: {error}") from None
            time.sleep(0.3)


def pointer(*commands):
    subprocess.run(["xdotool", *map(str, commands)], check=True)


def settled(node):
    """Where a node is, once it stays there."""
    before = None
    while True:
        box = node.get_extents(Atspi.CoordType.SCREEN)
        place = (box.x, box.y, box.width, box.height)
        if place == before:
            return place
        before = place
        time.sleep(0.2)


def picture(place=None):
    root = Gdk.get_default_root_window()
    place = place or (0, 0, root.get_width(), root.get_height())
    return Gdk.pixbuf_get_from_window(root, *place)


def verb_click(title, role, name):
    """click WINDOW ROLE NAME: the pointer goes there, and its button down and up."""
    x, y, width, height = settled(wait(usable, title, role, name))
    pointer("mousemove", x + width // 2, y + height // 2, "click", 1)
    # Where it stays a tip would come up.
    pointer("mousemove", *CORNER)


def verb_names(title, role):
    """names WINDOW ROLE: prints the names of what it shows, one a line."""
    for node in shown(wait(window, title)):
        if node.get_role_name() == role and node.get_name():
            print(node.get_name())


def verb_see(title, role, name):
    """see WINDOW ROLE NAME: waits until it is there."""
    wait(element, title, role, name)


def verb_gone(title):
    """gone WINDOW: waits until it is not."""

    def gone():
        try:
            window(title)
        except Missing:
            return
        raise Missing(f'there is a window "{title}"')

    wait(gone)


def verb_replace(title, role, name, old, new):
    """replace WINDOW ROLE NAME OLD NEW: in the text of an editor, where it is once."""
    node = wait(usable, title, role, name)
    text = text_of(node)
    if text.count(old) != 1:
        raise Missing(f'not once "{old}" in: {text}')
    Atspi.EditableText.set_text_contents(node, text.replace(old, new))


def text_of(node):
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def verb_picture(title, file):
    """picture WINDOW FILE: what the screen shows of a window, as PNG."""
    picture(settled(wait(window, title))).savev(file, "png", [], [])


def verb_shows(file):
    """shows FILE: waits until the picture in FILE, a raw PPM, is on the screen, and prints
    where and how many of its pixels are not as they should be: up to one in a thousand, since
    QEMU's Tight encoding shows the 256th colour of a rectangle as its first."""
    with open(file, "rb") as ppm:
        content = ppm.read()
    head = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", content)
    if not head:
        raise Missing(f'"{file}" is no raw PPM of 8 bits')
    size, height = 3 * int(head[1]), int(head[2])
    rows = [content[at : at + size] for at in range(head.end(), head.end() + height * size, size)]
    print("at x={} y={}, {} pixels differ".format(*wait(place_of, rows)))


def place_of(rows):
    """Where rows of pixels are on the screen, and how many pixels differ."""
    screen = picture()
    if screen.get_n_channels() != 3:
        raise Missing("the screen has no 24 bits")
    data, stride, size = screen.get_pixels(), screen.get_rowstride(), 3 * screen.get_width()
    lines = [data[at : at + size] for at in range(0, screen.get_height() * stride, stride)]
    allowed = len(rows) * len(rows[0]) // 3 // 1000
    least = None
    # The second row: of a test card the first is a line in one colour.
    for y in range(len(lines) - len(rows) + 1):
        x = lines[y + 1].find(rows[1])
        if x < 0 or x % 3:
            continue
        part = (line[x : x + len(rows[0])] for line in lines[y:])
        differ = sum(differing(*pair) for pair in zip(rows, part))
        if differ <= allowed:
            return x // 3, y, differ
        least = min(differ, least or differ)
    raise Missing(f"the picture is not on the screen; pixels that differ at best: {least}")


def differing(one, other):
    if one == other:
        return 0
    return sum(one[at : at + 3] != other[at : at + 3] for at in range(0, len(one), 3))


def main():
    verbs = {name[5:]: verb for name, verb in globals().items() if name.startswith("verb_")}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__ + "\n" + "\n".join(verb.__doc__ for verb in verbs.values()))
    try:
        verbs[sys.argv[1]](*sys.argv[2:])
    except Missing as error:
        sys.exit(f"{sys.argv[1]}: {error}")


main()
