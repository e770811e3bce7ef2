# Two commands do all the set-up: `make run` opens the window, `make test` passes the tests.
# Variables: CASE=/path/to/dicom  PYTHON=python3.12  TORCH_INDEX=<index with the CPU build of torch>

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON_VENV := .venv/bin/python
CASE ?=
DATA ?= ../shared/data/lung-pet-ct-dx
export LC_ALL := C.UTF-8
export PYTHON TORCH_INDEX

.PHONY: help run test check lint types contracts fast-tests test-slow fuzz coverage weights translations screenshots package package-test clean setup-run setup-dev setup-package

help:  ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: setup-run  ## Open the window: on a sample case, or on CASE=/path/to/dicom
	@$(PYTHON_VENV) -m ctbox view $(if $(CASE),"$(CASE)",--sample)

test: check  ## Pass every check: lint, types, import contracts, the fast tests

check: setup-dev lint types contracts fast-tests

lint: setup-dev
	@$(PYTHON_VENV) -m ruff check .
	@$(PYTHON_VENV) -m ruff format --check .

types: setup-dev
	@$(PYTHON_VENV) -m mypy

contracts: setup-dev
	@.venv/bin/lint-imports

# Files side by side, one to a core; four are enough for the few long ones.
WORKERS := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n > 4 ? 4 : n)))

fast-tests: setup-dev
	@QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m pytest -n $(WORKERS) --dist loadfile

test-slow: setup-dev  ## The tests that take minutes
	@QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m pytest -m slow --timeout 1200

fuzz: setup-dev  ## Damage 10,000 files and kill 100 times (CASES=…, KILLS=…); prints what came of it
	@QT_QPA_PLATFORM=offscreen CTBOX_FUZZ_CASES=$(or $(CASES),10000) CTBOX_FUZZ_KILLS=$(or $(KILLS),100) \
		$(PYTHON_VENV) -m pytest tests/fuzz -m slow -s --timeout 0

coverage: setup-dev  ## The fast tests with a coverage table
	@QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m pytest --cov --cov-report=term-missing:skip-covered

weights: setup-run  ## Make the shipped weights anew from DATA=/path/to/lung-pet-ct-dx
	@$(PYTHON_VENV) weights/make_weights.py "$(DATA)"

TRANSLATIONS := ctbox/gui/translations

translations: setup-dev  ## Bring the window's translation files up to date, and compile them
	@for file in $(TRANSLATIONS)/*.ts; do \
		.venv/bin/pyside6-lupdate $$(git ls-files 'ctbox/gui/*.py') -ts "$$file" \
			-tr-function-alias QT_TR_NOOP+=mark -source-language en -locations none -no-obsolete; \
		.venv/bin/pyside6-lrelease "$$file" -qm "$${file%.ts}.qm"; \
	done

screenshots: setup-dev  ## Remake the user guide's pictures in docs/images
	@for each in make_screenshots collection_pictures report_pictures training_pictures; do \
		QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) docs/$$each.py || exit 1; \
	done

package: setup-package  ## Freeze ctbox and pack it: .deb, .tar.gz, sums, parts and licences in dist/
	@$(PYTHON_VENV) packaging/build.py

package-test:  ## Try the .deb in a bare Debian without a network (root; CASE=/path/to/case.zip)
	@$(or $(PYTHON),python3) packaging/smoke_test.py dist/ctbox_*.deb $(if $(CASE),--case "$(CASE)")

clean:  ## Remove the environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info

setup-run:
	@packaging/setup.sh run

setup-package:
	@packaging/setup.sh package

setup-dev:
	@packaging/setup.sh dev
