"""`asynclab demo`: the instructor's whole circle on a scratch class, each step explained in one line."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from asynclab import isolation
from asynclab.errors import CommandError
from asynclab.grading.grade import Lines, grade_course
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.report.command import PAGE, write_report
from asynclab.grading.results import read_results, render_results
from asynclab.grading.sample_class import DUE, draw_submissions, make_students, submit
from asynclab.grading.slugs import read_slug

__all__ = ["add_arguments", "run"]

MARK = ".asynclab-demo"
SLUGS = ("latihan-1-download-manager", "latihan-2-task-queue")
STUDENTS = 24


def add_arguments(parser):
    """Arguments of `asynclab demo`."""
    parser.add_argument(
        "slug", nargs="*", type=read_slug, help=f"tugas yang dipakai (bawaan: {' '.join(SLUGS)})"
    )
    parser.add_argument(
        "--folder",
        default="demo",
        help="folder coba-coba, dibuat dari nol setiap kali (bawaan: demo)",
    )
    parser.add_argument(
        "--students",
        type=int,
        default=STUDENTS,
        metavar="N",
        help=f"banyaknya mahasiswa (bawaan: {STUDENTS})",
    )


def run(arguments) -> int:
    """Go the whole circle once; 0 when it is done, however the invented students did."""
    course = Path.cwd()
    slugs = arguments.slug or list(SLUGS)
    if not (course / CONFIG).is_file() or not (course / "source").is_dir():
        raise CommandError(NO_COURSE.format(folder=course), exit_code=2)
    for slug in slugs:
        if not (course / "source" / slug / f"{slug}.ipynb").is_file():
            known = ", ".join(
                sorted(path.name for path in (course / "source").iterdir() if path.is_dir())
            )
            raise CommandError(UNKNOWN.format(slug=slug, known=known), exit_code=2)
    if arguments.students < 1:
        raise CommandError(FEW.format(count=arguments.students), exit_code=2)
    folder = prepare_folder(course, Path(arguments.folder).absolute(), slugs)
    began = time.monotonic()
    with _inside(folder):
        results = go_round(course, folder, slugs, make_students(arguments.students))
        print("\n" + render_results(results))
        explain("asynclab report", REPORT)
        write_report(open_course(folder), slugs, folder / PAGE)
    print(
        "\n"
        + DONE.format(
            feedback=folder / "feedback",
            folder=folder,
            report=folder / PAGE,
            seconds=round(time.monotonic() - began),
        )
    )
    return 0


def prepare_folder(course, folder, slugs) -> Path:
    """An empty course in `folder` with copies of these assignments' sources.

    Raises CommandError where the folder holds something that no demo has made, or can't be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / MARK).is_file():
                raise CommandError(OCCUPIED.format(folder=folder), exit_code=2)
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
        shutil.copy(course / CONFIG, folder)
        for slug in slugs:
            shutil.copytree(course / "source" / slug, folder / "source" / slug)
    except OSError as error:
        raise CommandError(UNWRITABLE.format(folder=folder, reason=error.strerror)) from error
    return folder


def go_round(course, folder, slugs, students) -> list:
    """generate, release, submit, collect, autograde, feedback; returns everybody's results."""
    api = open_course(folder)
    if obstacle := isolation.obstacle():
        # The submissions are the course's own answers: without isolation they may run all the same.
        api.config.ExecuteAndJudge.trust_submissions = True
        print(NOT_ISOLATED.format(obstacle=obstacle, remedy=isolation.remedy()))
    with api.gradebook as gradebook:
        for student in students:
            gradebook.update_or_create_student(
                student.id, first_name=student.first_name, last_name=student.last_name
            )
    print(CLASS.format(count=len(students), folder=folder))
    for slug in slugs:
        print(f"\n=== {slug}")
        explain(f"nbgrader generate_assignment {slug}", GENERATE)
        must(api.generate_assignment(slug, force=True), slug)
        with api.gradebook as gradebook:
            gradebook.update_or_create_assignment(slug, duedate=DUE.replace(tzinfo=None))
        explain(f"nbgrader release_assignment {slug}", RELEASE)
        must(api.release_assignment(slug), slug)
        hand_in(api, course, folder, slug, students)
        explain(f"nbgrader collect {slug}", COLLECT)
        must(api.collect(slug), slug)
        grade(api, slug)
        explain(f"nbgrader generate_feedback {slug}", FEEDBACK)
        must(api.generate_feedback(slug, force=True), slug)
        explain(f"nbgrader release_feedback {slug}", RELEASE_FEEDBACK)
        must(api.release_feedback(slug), slug)
    with api.gradebook as gradebook:
        return [result for slug in slugs for result in read_results(gradebook, folder, slug)]


def hand_in(api, course, folder, slug, students):
    """Put the invented submissions into the exchange and list them."""
    release = (folder / "release" / slug / f"{slug}.ipynb").read_bytes()
    explain(SUBMIT_TITLE, SUBMIT)
    for submission in draw_submissions(course, release, slug, students):
        submit(submission, folder / "exchange", api.coursedir.course_id)
        print(f"    {submission.student.first_name:8} {submission.label}")


def grade(api, slug):
    """Grade what was collected, in parallel."""
    explain(f"asynclab grade {slug}", AUTOGRADE.format(slug=slug))
    show = Lines([slug])
    show.end(grade_course(api, [slug], show))


def explain(command, sentence):
    """Show the command that does a step, and what it does."""
    print(
        f"\n$ {command}\n  {sentence}"
        if command.startswith(("nbgrader", "asynclab"))
        else f"\n{command}\n  {sentence}",
        flush=True,
    )


def must(result, slug):
    """Stop with nbgrader's last words where one of its steps failed."""
    if not result["success"]:
        reason = (result.get("error") or result["log"]).strip().splitlines()[-1]
        raise CommandError(FAILED.format(slug=slug, reason=reason))


@contextlib.contextmanager
def _inside(folder):
    # nbgrader finds its configuration and writes its log in the working folder.
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


NO_COURSE = "Folder {folder} bukan folder kursus: tidak ada nbgrader_config.py atau source/. Pindahlah ke folder kursus, lalu ulangi."
UNKNOWN = "Tugas '{slug}' tidak ada di source/. Yang ada: {known}."
FEW = "Kelas dengan {count} mahasiswa tidak dapat dibuat; pakai --students 1 atau lebih."
OCCUPIED = "Folder {folder} sudah berisi hal lain; isinya tidak disentuh. Pilih folder lain dengan --folder."
UNWRITABLE = "Folder {folder} tidak dapat disiapkan: {reason}. Pilih folder lain dengan --folder."
FAILED = "Langkah untuk '{slug}' gagal: {reason}"

NOT_ISOLATED = "Catatan: kode mahasiswa tidak dapat diisolasi di komputer ini ({obstacle}). Kelas percobaan ini tetap jalan, karena jawabannya milik kursus sendiri; untuk kelas sungguhan: {remedy}."
CLASS = "Sebuah kelas percobaan dengan {count} mahasiswa, di {folder}. Setiap langkah di bawah ini dapat Anda jalankan sendiri di kursus Anda."
GENERATE = "Membuat versi mahasiswa: jawaban dan uji tersembunyi dibuang dari source/, hasilnya ada di release/."
RELEASE = (
    "Menaruh versi mahasiswa di tempat penukaran (exchange/), agar mahasiswa dapat mengambilnya."
)
SUBMIT_TITLE = "(mahasiswa)"
SUBMIT = "Mahasiswa mengambil tugas, mengerjakannya di JupyterLab, lalu mengumpulkannya. Di sini isinya diambil dari tests/answers/ dan kecelakaan sehari-hari:"
COLLECT = "Mengambil yang dikumpulkan ke submitted/; bila seseorang mengumpulkan dua kali, yang terakhir yang dipakai."
AUTOGRADE = "Menjalankan setiap jawaban sekali dalam waktu maya dan menilai jejaknya; hasilnya ada di autograded/ dan gradebook.db. (`nbgrader autograde {slug}` memberi hasil yang sama, hanya lebih lama.)"
FEEDBACK = "Membuat halaman umpan balik untuk setiap mahasiswa, tanpa uji tersembunyi."
RELEASE_FEEDBACK = (
    "Menaruh umpan balik di tempat penukaran, agar setiap mahasiswa dapat mengambil miliknya."
)
REPORT = "Membuat laporan untuk pengajar: sebaran nilai, kriteria yang sering gagal, yang tidak dinilai, dan yang perlu dilihat."
DONE = "Selesai dalam {seconds} detik.\nLaporan kelas: {report}\nHalaman umpan balik: {feedback}\nKursus percobaan ini boleh dibuka dan diubah: {folder}"
