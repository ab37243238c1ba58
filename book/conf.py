"""Pengaturan Sphinx untuk buku pelajaran; dipakai oleh `make book`."""

project = "Modul 11: Pemrograman Asinkron"
author = "Modul 11"
copyright = "Modul 11, lisensi MIT"
language = "id"

extensions = ["myst_nb"]
html_theme = "furo"
html_title = project
# Semua dibaca dari berkas sendiri: buku ini dibuka tanpa internet.
html_theme_options = {"source_repository": "", "footer_icons": []}
html_copy_source = False
html_show_sourcelink = False

# Setiap pelajaran dijalankan dari kernel baru; galat yang tidak disengaja menggagalkan buku.
nb_execution_mode = "force"
nb_execution_timeout = 90
nb_execution_raise_on_error = True
nb_execution_excludepatterns = ["tugas/*"]
# Galat yang disengaja (raises-exception) tetap tampil seperti di JupyterLab.
nb_output_stderr = "show"
nb_merge_streams = True

# Judul di glosarium menjadi tujuan tautan, dengan nama seperti di JupyterLab.
myst_heading_anchors = 3
myst_heading_slug_func = "asynclab.grading.book.anchor"
# Penyorot tidak mengenal magic IPython; jenis data rubrik punya tabelnya sendiri; glosarium memakai judul tingkat tiga.
suppress_warnings = ["misc.highlighting_failure", "mystnb.unknown_mime_type", "myst.header"]
