# Everything is done by the Python package devkit/; `make help` lists the commands.
PYTHON ?= python3
SERIES ?=
ARGS ?=
ALL ?=
N ?= 0
GROWTH ?=
SIZES ?=
KEEP ?=
export ARGS SERIES

devkit = cd '$(CURDIR)' && exec $(PYTHON) -m devkit

.DEFAULT_GOAL := help
.PHONY: help run test lint mutants stop clean shell build bench race nodes examples pot schema mail lock compose-env

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@echo
	@echo '  SERIES=17.0|19.0 picks an Odoo series; ODOO_HOME=/path names an Odoo source tree.'

run: ## a whole system on this machine; RUN_ONCE=1 ends after the sample mail
	@$(devkit) run --series="$$SERIES"

test: ## the whole suite on every series at hand; ARGS="-k intake" for a part of it
	@$(devkit) test --series="$$SERIES" --args="$$ARGS"

lint: ## the linters and type checks
	@$(devkit) lint --args="$$ARGS"

mutants: ## which small mistakes in the packages without Odoo their tests notice; ARGS=file
	@$(devkit) mutants --series="$$SERIES" --args="$$ARGS"

stop: ## end a running `make run`
	@$(devkit) stop

clean: ## delete databases, logs and caught mail; ALL=1: the cached programs too
	@$(devkit) clean $(if $(filter-out 0,$(ALL)),--all)

shell: ## an Odoo shell on the database of `make run`
	@$(devkit) shell --series="$$SERIES"

build: ## dist/support_center-<series>-<version>.zip; SERIES=19.0 for the ported addon
	@$(devkit) build --series="$$SERIES"

bench: ## our work beside its floor and other addons, ARGS=--write; GROWTH=1 SIZES=… KEEP=1: what grows
	@$(devkit) bench --series="$$SERIES" --args="$$ARGS" --sizes="$(SIZES)" \
		$(if $(filter-out 0,$(GROWTH)),--growth) $(if $(filter-out 0,$(KEEP)),--keep)

race: ## fifty callers book one technician at once: who wins, what the others are told
	@$(devkit) race --series="$$SERIES"

nodes: ## two servers with workers share a database, and one of them is killed
	@$(devkit) nodes --series="$$SERIES"

examples: ## the examples of docs/api.md against a real server
	@$(devkit) examples --series="$$SERIES"

pot: ## the template of the translations, from the terms of the addon (needs a 17.0)
	@$(devkit) pot

schema: ## the schemas for integrators in docs/schema/, from the tables that validate
	@$(devkit) schema

mail: ## the mail that Odoo sent; N=1 shows one
	@$(devkit) mail --number=$(N)

lock: ## pin the newest Python packages in devkit/requirements/
	@$(devkit) lock

compose-env: ## the project's name and a password for docker compose's database, in .env
	@touch .env && chmod 600 .env
	@grep -q '^COMPOSE_PROJECT_NAME=' .env || echo COMPOSE_PROJECT_NAME=support-center >> .env
	@grep -q '^POSTGRES_PASSWORD=' .env || $(PYTHON) -c 'import secrets; print("POSTGRES_PASSWORD=" + secrets.token_urlsafe(24))' >> .env
