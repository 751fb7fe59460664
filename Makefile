# The list of commands; CI runs the same targets. `make` explains them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help grade quick lint test elsewhere image sync filters prove release bench pictures lock clean

PYTHON ?= $(or $(shell for python in python3 /usr/bin/python3; do \
	$$python -c '$(exit_unless_preferred)' 2> /dev/null && echo $$python && break; done),python3)
KIT ?= week09_transfer
CLASS ?= tests/classes/$(KIT)
OUT ?= grades
DIST ?= dist
JOBS ?=
TESTS ?= tests

bin := .venv/bin
pip := $(bin)/python -m pip --disable-pip-version-check -qq
# TensorFlow decides which Pythons work; this message is clearer than pip's.
is_supported := (3, 11) <= sys.version_info < (3, 14)
exit_unless_supported := import sys; sys.exit(None if $(is_supported) else \
	"Expected Python 3.11, 3.12 or 3.13, found " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12")
# A Python built as a shared library, as pyenv can build it, is an eighth slower. Debian's may lack ensurepip.
exit_unless_preferred := import ensurepip, sys; sys.exit(not $(is_supported) \
	or "libpython" in open("/proc/self/maps").read())

# Without bytecode, each of the hundreds of commands that tests start would compile the whole project.
export PYTHONDONTWRITEBYTECODE :=

help:  ## list the commands
	@awk -F ' *## ' '/^[a-z]+:.*## / { sub(/:.*/, "", $$1); printf "make %-9s %s\n", $$1, $$2 }' Makefile

# uv installs the lock several times as fast as pip. pip installs uv itself, by the hash in the lock.
.venv/bin/uv: | requirements.lock
	@$(PYTHON) -c '$(exit_unless_supported)'
	@test -x $(bin)/python || $(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@$(pip) install --no-warn-script-location --root-user-action=ignore --no-deps --require-hashes -r .venv/uv.txt

# A lock names all dependencies, so nothing is resolved. hatchling and editables are in both locks.
install = $(bin)/uv pip install --quiet --python $(bin)/python --compile-bytecode --no-deps
.venv/grading: requirements-grade.lock pyproject.toml | .venv/bin/uv
	@echo "Installing what grading needs into .venv: once, about 2.1 GB."
	@$(install) --require-hashes --requirements requirements-grade.lock
	@$(install) --no-build-isolation --editable .
# uv lets any user write to its lock file, which isolation level user refuses on a kernel without Landlock.
	@chmod -f o-w .venv/.lock || true
	@touch $@

.venv/installed: requirements.lock .venv/grading
	@echo "Installing all locked packages into .venv: once, about 2.6 GB."
	@$(install) --require-hashes --requirements requirements.lock
	@touch $@

grade: .venv/grading  ## grade a class: KIT=week09_transfer CLASS=folder OUT=grades JOBS=2
	@$(bin)/kit grade $(KIT) "$(CLASS)" --out "$(OUT)" $(if $(JOBS),--jobs $(JOBS))

# The tests without TensorFlow that take two minutes together.
QUICK := tests/test_*.py tests/submissions tests/handback tests/grading/roster tests/handins/test_classes.py \
	tests/wire/test_frames.py \
	$(addprefix tests/checks/test_,network_summary.py proxies.py) \
	$(addprefix tests/cli/test_,author_new.py author_sync.py common.py main.py) \
	$(addprefix tests/grading/test_,grade_changes.py grade.py grades_csv.py overrides.py review_reasons.py) \
	$(addprefix tests/grading/test_,regrade_requests.py storage.py) \
	$(addprefix tests/handout/test_,build_metadata.py lesson_text.py stub.py) \
	$(addprefix tests/proof/test_,answers.py verdict.py mutation.py earlier_results.py) tests/reports/test_write.py \
	$(addprefix tests/sandbox/test_,bubblewrap.py filesystem.py fork_server_output.py policy.py protocol.py seccomp.py) \
	$(addprefix tests/student/test_,handout.py watch_panel.py task_results.py)

quick: .venv/installed lint  ## lint, types and the tests that need no TensorFlow
	@$(bin)/mypy --no-error-summary
	@$(bin)/python -m pytest --quiet -n 2 $(QUICK)

lint: .venv/installed
	$(bin)/ruff check --quiet
	$(bin)/ruff format --check --quiet
	$(bin)/lint-imports --no-cache > /dev/null || $(bin)/lint-imports --no-cache

test: .venv/installed lint  ## lint, types, layers and every test: TESTS=tests/handout for a part
	@$(bin)/python tests/system_needs.py
# mypy runs beside the tests: it keeps one core busy for ten seconds. Tests wait for a tenth of their time,
# so three processes suit the two cores of CI.
	$(bin)/mypy --no-error-summary & types=$$!; \
	$(bin)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder $(TESTS); tests=$$?; \
	wait $$types || { echo "mypy failed, see above."; exit 1; }; exit $$tests

elsewhere: .venv/installed  ## grade on Debian 13 and compare with this machine, as root: NO_TESTS=1 leaves out its make test
	@$(bin)/python containers/elsewhere.py $(if $(NO_TESTS),--no-tests)

image: .venv/installed  ## build an OCI image with `kit grade` as its entry point, as root: DIST=dist
	@$(bin)/python containers/image.py --out "$(DIST)"

sync: .venv/installed  ## write assignments/ from solutions/ and autograder/kits/
	@$(bin)/kit sync

filters: .venv/installed  ## compile the sandbox's system-call filters for every architecture
	@$(bin)/python -m autograder.sandbox.compile_seccomp_filters

prove: .venv/installed  ## run every known answer of every kit against every check: KIT= for one
	@$(bin)/kit prove $(if $(filter command line,$(origin KIT)),$(KIT))

bench: .venv/installed  ## measure against Otter, nbgrader and the baseline into docs/benchmarks.md (22 minutes)
	@$(bin)/python benchmarks/run.py

pictures: .venv/installed  ## make the README's pictures from what the program shows
	@$(bin)/python tests/system_needs.py
	@$(bin)/python docs/pictures/make.py

release: .venv/installed  ## build every kit whose release date has come: DIST=dist
	@$(bin)/kit release --out "$(DIST)"

lock: .venv/bin/uv  ## select the locked versions again from pyproject.toml: UPGRADE=--upgrade for the newest
	@$(compile) $(UPGRADE) --all-extras --output-file requirements.lock
	@$(compile) --extra grade --extra build --constraints requirements.lock --output-file requirements-grade.lock
	@sha256sum < requirements-grade.lock | cut -d " " -f 1 > autograder/requirements-grade.sha256

compile = $(bin)/uv pip compile pyproject.toml --group lock --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

clean:  ## remove what was installed and cached; keep grades
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
