# Thin on purpose: a target is one command of the README, after the environment has been set up.
# PYTHON=... chooses the interpreter, VENV=... the folder, ARGS=... is passed on to the command.

VENV ?= .venv
RUN = @$(VENV)/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help demo test lab bench book doctor hub

help:
	@echo 'make demo     sebuah kelas dari awal sampai akhir: rilis, kumpul, nilai, umpan balik'
	@echo 'make lab      membuka JupyterLab'
	@echo 'make hub      sebuah kelas JupyterHub percobaan di komputer ini'
	@echo 'make doctor   memeriksa apakah lingkungan ini siap dipakai'
	@echo 'make test     menjalankan semua uji'
	@echo 'make book     membuat buku pelajaran sebagai situs statis'
	@echo 'make bench    mengukur kecepatan'

demo: $(VENV)/.ready
	$(RUN) asynclab demo $(ARGS)

test: $(VENV)/.ready
	$(RUN) pytest $(ARGS)

lab: $(VENV)/.ready
	$(RUN) jupyter lab $(ARGS)

hub: $(VENV)/.hub
	$(RUN) asynclab.classroom.trial $(ARGS)

book: $(VENV)/.book
	$(RUN) asynclab book $(ARGS)

bench: $(VENV)/.ready
	$(RUN) bench $(ARGS)

doctor: $(VENV)/.ready
	$(RUN) asynclab doctor $(ARGS)

$(VENV)/.book: requirements-book.txt $(VENV)/.ready
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-book.txt
	@touch '$@'

$(VENV)/.cluster: requirements-cluster.txt $(VENV)/.ready
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-cluster.txt
	@touch '$@'

$(VENV)/.hub: requirements-classroom.txt .ci/setup-classroom $(VENV)/.ready
	@sh .ci/setup-classroom '$(VENV)'
	@touch '$@'

# Anew whenever what is installed changes; written last, so that an interrupted set-up is done again.
$(VENV)/.ready: requirements.txt pyproject.toml
	@sh .ci/setup '$(VENV)' $(PYTHON)
	@touch '$@'
