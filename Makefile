# Thin on purpose: a target is one command of the README, after the environment has been set up.
# PYTHON=... chooses the interpreter, VENV=... the folder, ARGS=... is passed on to the command.

VENV ?= .venv
RUN = @$(VENV)/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help demo test lab bench doctor

help:
	@echo 'make demo     sebuah kelas dari awal sampai akhir: rilis, kumpul, nilai, umpan balik'
	@echo 'make lab      membuka JupyterLab'
	@echo 'make doctor   memeriksa apakah lingkungan ini siap dipakai'
	@echo 'make test     menjalankan semua uji'
	@echo 'make bench    mengukur kecepatan'

demo: $(VENV)/.ready
	$(RUN) asynclab demo $(ARGS)

test: $(VENV)/.ready
	$(RUN) pytest $(ARGS)

lab: $(VENV)/.ready
	$(RUN) jupyter lab $(ARGS)

bench: $(VENV)/.ready
	$(RUN) bench $(ARGS)

doctor: $(VENV)/.ready
	$(RUN) asynclab doctor $(ARGS)

# Anew whenever what is installed changes; written last, so that an interrupted set-up is done again.
$(VENV)/.ready: requirements.txt pyproject.toml
	@sh .ci/setup '$(VENV)' $(PYTHON)
	@touch '$@'
