"""Cell outputs: what a cell prints, displays and returns, as bounded data in nbformat's shape."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from asynclab import messages

__all__ = ["Outputs", "Publisher", "ResultHook", "Stream"]

TEXT_LIMIT = 100_000
LINE_LIMIT = 900
DATA_LIMIT = 2_000_000


@dataclass
class Outputs:
    """The outputs of one cell in nbformat's shape; what is beyond the limits is replaced by a sentence.

    At most TEXT_LIMIT characters and LINE_LIMIT lines of text, DATA_LIMIT characters of pictures and HTML.
    """

    items: list[dict] = field(default_factory=list)
    text: int = 0
    lines: int = 0
    data: int = 0
    cut: bool = False
    clear_next: bool = False

    def write(self, name, text):
        """Add text to the stream "stdout" or "stderr"."""
        self._clear_if_asked()
        if self.cut or not text:
            return
        room = max(TEXT_LIMIT - self.text, 0)
        kept = text[:room]
        if kept.count("\n") > LINE_LIMIT - self.lines:
            kept = "\n".join(kept.split("\n")[: LINE_LIMIT - self.lines]) + "\n"
        self.text += len(kept)
        self.lines += kept.count("\n")
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(kept)
        else:
            last = {"output_type": "stream", "name": name, "text": [kept]}
            self.items.append(last)
        if len(kept) < len(text):
            self.cut = True
            last["text"].append("\n" + messages.output_cut() + "\n")

    def add(self, item):
        """Add an output that is no stream."""
        self._clear_if_asked()
        size = len(json.dumps(item))
        if self.data + size > DATA_LIMIT:
            sentence = {"output_type": "stream", "name": "stdout"}
            self.items.append({**sentence, "text": [messages.output_too_large() + "\n"]})
            return
        self.data += size
        self.items.append(item)

    def update(self, display_id, data, metadata):
        """Replace what was displayed under an id."""
        for item in self.items:
            if item.get("display_id") == display_id:
                item["data"], item["metadata"] = data, metadata

    def clear(self, wait):
        """Forget everything, now or before the next output."""
        self.clear_next = wait
        if not wait:
            self.items.clear()

    def _clear_if_asked(self):
        if self.clear_next:
            self.clear_next = False
            self.items.clear()

    def to_json(self) -> list[dict]:
        """Plain JSON, nbformat's outputs."""
        plain = []
        for item in self.items:
            item = {key: value for key, value in item.items() if key != "display_id"}
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
            plain.append(item)
        return plain


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of the cells."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, shell, name):
        self._shell, self.name = shell, f"<{name}>"
        self._channel = name

    def write(self, text):
        """Like a file's; ends up among the outputs of the cell that runs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.outputs.write(self._channel, text)
        return len(text)

    def writable(self):
        """It is."""
        return True


class Publisher(DisplayPublisher):
    """What `display()` writes to."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **options):
        """Add one display to the cell's outputs, or change an earlier one."""
        data, metadata = _plain(data), metadata or {}
        display_id = (transient or {}).get("display_id")
        if update:
            self.shell.outputs.update(display_id, data, metadata)
            return
        item = {"output_type": "display_data", "data": data, "metadata": metadata}
        self.shell.outputs.add({**item, "display_id": display_id} if display_id else item)

    def clear_output(self, wait=False):
        """Like IPython's."""
        self.shell.outputs.clear(wait)


class ResultHook(DisplayHook):
    """What the value of a cell's last expression goes to."""

    def write_output_prompt(self):
        """The prompt belongs to the notebook."""

    def write_format_data(self, format_dict, md_dict=None):
        """Add the value to the cell's outputs."""
        item = {"output_type": "execute_result", "execution_count": self.shell.number}
        self.shell.outputs.add({**item, "data": _plain(format_dict), "metadata": md_dict or {}})

    def finish_displayhook(self):
        """Nothing to flush."""


def _plain(data):
    """A MIME bundle as plain JSON: pictures as base64 text."""
    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for kind, value in data.items()
    }
