"""asynclab.grading: the instructor's half; a student's kernel never imports it."""

import sys

# jsonschema imports it where it finds it, and it compiles grammars for a second; nothing here needs it.
sys.modules.setdefault("rfc3987_syntax", None)
