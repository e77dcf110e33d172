# Everything a person needs: `make run` and `make test`. Both can be repeated; what is done stays done.
PYTHON := .venv/bin/python
WORKERS := 2
# In a run of everything a test that fails is tried once more and named as RERUN: one of 4,000 may meet a loaded machine.

.PHONY: help run test check bench soak setup setup-test clean

help:
	@echo "make run     set everything up and start it (Ctrl-C stops it)"
	@echo "make test    set up what tests need and run every test, two at a time; TESTS=tests/flow runs some, in turn"
	@echo "make check   linters, types, and who may import whom"
	@echo "make bench   measured comparisons, one table"
	@echo "make soak    a day in little: 2,000 calls while controllers are killed, ten minutes"
	@echo "make clean   remove what can be made again (never var/, the data)"

run: setup
	@scripts/prepare.sh
	@exec $(PYTHON) -m controller run

test: setup-test
	@$(PYTHON) -m pytest $(or $(TESTS),-n $(WORKERS) --reruns 1 -raR)
	@$(if $(TESTS),,scripts/front_end.sh test)

check: setup-test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	scripts/front_end.sh check

bench:
	@scripts/setup.sh bench
	@$(PYTHON) -m bench

soak: setup-test
	@$(PYTHON) -m bench day

setup:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

clean:
	rm -rf .venv .venv-bench admin_ui/node_modules admin_ui/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
