# Each command does all its own set-up: a fresh machine needs python3, make and network only.
PYTHON = .venv/bin/python

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: setup ## start Mux Live, with localmux unless .env names Mux credentials
	@$(PYTHON) main.py

.PHONY: test
test: setup ## run all tests, in Chromium too; ARGS="-k upload" picks some
	@CHROMIUM="$$($(PYTHON) scripts/find_chromium.py --install)" && export CHROMIUM && \
	$(PYTHON) -m pytest -n 3 --dist worksteal $(ARGS)

.PHONY: test-obs
test-obs: setup ## go live with the real OBS Studio, on a screen that nobody sees
	@OBS="$$($(PYTHON) scripts/find_obs.py --install)" && export OBS && \
	$(PYTHON) -m pytest tests/obs $(ARGS)

.PHONY: check
check: setup ## lint, format, types, and who may import whom
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ty check
	$(PYTHON) -m pytest -q tests/test_imports.py

.PHONY: bench
bench: setup ## measure against limits and peers; ARGS="upload play" picks some
	@CHROMIUM="$$($(PYTHON) scripts/find_chromium.py --install)" && export CHROMIUM && \
	$(PYTHON) -m benchmarks.run $(ARGS)

.PHONY: soak
soak: setup ## work for twenty minutes, and see that memory does not grow
	$(PYTHON) -m benchmarks.soak

.PHONY: lock
lock: setup ## remake requirements.lock; UPGRADE=1 takes the newest versions
	@sh scripts/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## remove .venv and all caches; .env, .session-secret and .localmux stay
	rm -rf .venv .cache .pytest_cache .ruff_cache .hypothesis
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: setup
setup: ## get Python and the packages into .venv (the others do this themselves)
	@sh scripts/setup.sh
