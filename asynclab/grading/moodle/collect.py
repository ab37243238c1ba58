"""MoodleCollector: for each unpacked file of Moodle's archives, whose it is and where it goes."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import Unicode

from asynclab.grading.dangers import ASIDE, move_aside
from asynclab.grading.exports.grades import read_people
from asynclab.grading.moodle import messages
from asynclab.grading.moodle.choice import choose, read_sources
from asynclab.grading.moodle.names import Participant, parse_part
from asynclab.grading.moodle.people import identify
from asynclab.grading.moodle.worksheet import read_hand_made, read_worksheet

__all__ = ["MoodleCollector"]

OURS = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class Entry:
    """An unpacked file: whose, of which kind, from which download, and its name within the submission."""

    path: Path
    participant: Participant
    kind: str
    download: str
    inner: str


class MoodleCollector(FileNameCollectorPlugin):
    """For `c.ZipCollectApp.collector_plugin`: asked file by file, it decides for the whole class at the first."""

    timezone = Unicode(
        "Asia/Jakarta", help="Time zone of whoever downloaded Moodle's grading worksheet."
    ).tag(config=True)

    def __init__(self, **options):
        super().__init__(**options)
        self._plan = None

    def collect(self, submitted_file):
        """nbgrader's question about one file; None for what is not collected."""
        if self._plan is None:
            self._plan = self._make_plan()
        return self._plan.get(os.path.abspath(submitted_file))

    def _make_plan(self):
        app = self.parent
        self.slug = app.coursedir.assignment_id
        self.root = Path(app._format_collect_path(app.extracted_directory))
        self.archive = Path(app._format_collect_path(app.archive_directory))
        self.shown = os.path.relpath(self.archive, app.coursedir.root)
        with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
            people = read_people(gradebook)
        if not people:
            self.log.error(messages.NO_STUDENTS)
            return {}
        entries = self._read_entries()
        worksheet, hand_made = self._read_lists({person.id for person in people})
        participants = list(
            {entry.participant.number: entry.participant for entry in entries}.values()
        )
        owners, problems = identify(participants, people, worksheet, hand_made, self.shown)
        for sentence in problems.values():
            self.log.warning(sentence)
        return self._plan_class(entries, owners, worksheet, len(problems))

    def _read_entries(self):
        entries, strays = [], []
        for path in sorted(path for path in self.root.rglob("*") if path.is_file()):
            entry = read_entry(path, path.relative_to(self.root).parts)
            if entry is not None:
                entries.append(entry)
            elif path.suffix.lower() != ".csv":
                strays.append(path.relative_to(self.root).as_posix())
        if strays:
            self.log.warning(messages.stray(strays, os.path.relpath(self.root)))
        return entries

    def _read_lists(self, ids):
        """(the rows of all worksheets, the instructor's own list); never a student's file."""
        worksheet, hand_made = {}, {}
        for path in sorted(self.archive.glob("*.[cC][sS][vV]")):
            if path.name.lower() == messages.HAND_MADE:
                hand_made = read_hand_made(path.read_bytes())
            elif rows := read_worksheet(path.read_bytes(), self.timezone):
                worksheet.update(rows)
            else:
                self.log.warning(messages.bad_worksheet(path))
        for number, student in hand_made.items():
            if student not in ids:
                self.log.warning(messages.wrong_hand_made(number, student))
        return worksheet, hand_made

    def _plan_class(self, entries, owners, worksheet, left):
        released = self._read_released()
        by_number = defaultdict(list)
        for entry in entries:
            by_number[entry.participant.number].append(entry)
        by_student = defaultdict(list)
        for number, student in owners.items():
            by_student[student] += by_number[number]
        plan, again, unchanged, collected, timeless = {}, [], 0, 0, False
        for student, found in sorted(by_student.items()):
            files = self._plan_student(student, newest_download(found, self.root), released)
            if not files:
                left += 1
                continue
            numbers = {entry.participant.number for entry in found}
            moments = [worksheet[number].moment for number in numbers if number in worksheet]
            moment = max(filter(None, moments), default=None)
            timeless = timeless or moment is None
            state = self._make_room(student, files, moment)
            if state == "same":
                unchanged += 1
                continue
            if state == "stuck":
                left += 1
                continue
            collected += 1
            if (
                state == "replaced"
                and moment is None
                and self._folder("autograded", student).exists()
            ):
                again.append(student)
            stamp = {} if moment is None else {"timestamp": moment.isoformat(" ")}
            for file_id, path in files.items():
                plan[os.path.abspath(path)] = {"student_id": student, "file_id": file_id, **stamp}
        if again:
            self.log.warning(messages.grade_again(self.slug, again))
        if timeless:
            self.log.warning(messages.no_times(self.shown))
        self.log.info(messages.summary(collected, unchanged, left))
        return plan

    def _plan_student(self, student, entries, released):
        """{name in submitted/: path} of one student; {} where there is nothing to grade."""
        files = {entry.inner: entry.path for entry in entries if entry.kind == "file"}
        if not files:
            self.log.warning(messages.only_text(student))
            return {}
        notebooks = {
            inner: read_sources(path.read_bytes())
            for inner, path in files.items()
            if path.suffix == ".ipynb"
        }
        choice = choose(notebooks, released, self.slug)
        for path, slug in choice.foreign.items():
            self.log.warning(messages.other_assignment(student, path, slug))
        if not choice.chosen:
            self.log.warning(messages.no_notebook(student, sorted(files)))
            return {}
        for name, others in choice.others.items():
            chosen = choice.chosen[name]
            rest = [path for path in others if notebooks[path] != notebooks[chosen]]
            if rest:
                self.log.warning(messages.several_notebooks(student, chosen, rest))
        for path in choice.unsure:
            self.log.warning(messages.unrecognised(student, path))
        planned = {f"{name}.ipynb": files[inner] for name, inner in choice.chosen.items()}
        home = PurePosixPath(next(iter(choice.chosen.values()))).parent
        for inner, path in files.items():
            # A zip that is still there could not be opened, and has been named.
            if path.suffix.lower() in (".ipynb", ".zip"):
                continue
            name = PurePosixPath(inner)
            name = name.relative_to(home) if name.is_relative_to(home) else name
            if name.name in OURS or str(name) in planned:
                self.log.warning(messages.left_file(student, inner))
            else:
                planned[str(name)] = path
        return planned

    def _make_room(self, student, files, moment):
        """Move an earlier submission aside: "new", "replaced", "same" where nothing changed, "stuck"."""
        folder = self._folder("submitted", student)
        if not folder.is_dir() or not any(folder.iterdir()):
            return "new"
        if is_same(folder, files, moment):
            return "same"
        root = Path(self.parent.coursedir.root)
        aside = root / ASIDE / os.path.relpath(folder, root)
        try:
            move_aside(folder, aside)
        except OSError as error:
            self.log.error(messages.not_replaced(student, folder, error.strerror))
            return "stuck"
        self.log.warning(messages.replaced(student, os.path.relpath(aside.parent, root)))
        return "replaced"

    def _folder(self, step, student):
        coursedir = self.parent.coursedir
        return Path(
            coursedir.format_path(getattr(coursedir, f"{step}_directory"), student, self.slug)
        )

    def _read_released(self):
        """{(slug, notebook): sources} of all student versions."""
        coursedir = self.parent.coursedir
        release = Path(coursedir.format_path(coursedir.release_directory, ".", "x")).parent
        found = {}
        for path in sorted(release.glob("*/*.ipynb")):
            sources = read_sources(path.read_bytes())
            if sources is not None:
                found[path.parent.name, path.stem] = sources
        return found


def read_entry(path: Path, parts: tuple[str, ...]) -> Entry | None:
    """What the names on the way to a file say; None where none of them is Moodle's."""
    for position, part in enumerate(parts):
        if parsed := parse_part(part):
            participant, kind, rest = parsed
            inner = "/".join(item for item in (rest, *parts[position + 1 :]) if item)
            return Entry(path, participant, kind, "/".join(parts[:position]), inner)
    return None


def newest_download(entries: list[Entry], root: Path) -> list[Entry]:
    """Of a student's files those of the newest archive: each holds all that he had handed in by then."""
    downloads = {entry.download for entry in entries}
    newest = max(downloads, key=lambda name: ((root / name).stat().st_mtime, name))
    return [entry for entry in entries if entry.download == newest]


def is_same(folder: Path, files: dict[str, Path], moment) -> bool:
    """Whether a submission is there already, with this time or with none to compare."""
    there = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in OURS
    }
    if there.keys() != files.keys():
        return False
    stamp = folder / OURS[0]
    known = stamp.read_text(encoding="utf-8", errors="replace").strip() if stamp.is_file() else ""
    if moment is not None and moment.isoformat(" ") not in known:
        return False
    return all(path.read_bytes() == files[name].read_bytes() for name, path in there.items())
