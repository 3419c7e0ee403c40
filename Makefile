# Every target installs what it needs (scripts/install.sh says what), then does one thing.
# One build configuration for everything: programs, tests and benchmarks share all objects.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
# Tests see public and package declarations only, so the programs' own objects serve them too.
TESTFLAGS := -c release --disable-testable-imports
TEST := $(SWIFT) test $(TESTFLAGS) --disable-xctest
SWIFTCODE := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help build demo demo-overlay test test-rooms test-system bench fuzz qemu style fmt clean
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## .build/release/vswitchd and .build/release/vswctl
	@scripts/install.sh build
	$(BUILD) --product vswitchd
	$(BUILD) --product vswctl

demo: build ## three guests, a policy, a capture, counters; KEEP=1 leaves them running
	@scripts/install.sh demo
	@KEEP=$(KEEP) demo/demo.sh

demo-overlay: build ## two hosts that meet only encrypted; KEEP=1 leaves them running
	@scripts/install.sh demo
	@KEEP=$(KEEP) demo/overlay.sh

test: test-rooms test-system ## every test; the last part needs root

test-rooms: build ## unit, simulation and style tests
	@scripts/install.sh test
	# Three runs: what keeps threads busy or waiting would starve the rooms whose tests have servers.
	$(TEST) --skip '^(SystemTests|StyleTests|DataPathTests|ControlPlaneTests)\.'
	$(TEST) --filter '^(DataPathTests|ControlPlaneTests)\.'
	$(TEST) --filter '^StyleTests\.'

test-system: build ## real TAPs and real traffic between network namespaces; root
	@scripts/install.sh test
	$(TEST) --filter '^SystemTests\.'

bench: build ## our figures beside Linux bridge, Open vSwitch and wireguard-go, in one run
	@scripts/install.sh bench
	Benchmarks/run.sh
	Benchmarks/seal.sh

fuzz: ## feed the parsers mutated frames; SECONDS=n for each target
	@scripts/install.sh build
	Fuzz/run.sh $(SECONDS)

qemu: build ## real QEMU guests: TCP on QEMU-owned TAPs; a live migration between two hosts
	@scripts/install.sh qemu
	Tests/qemu/two-guests.py
	Tests/qemu/migration.py

style: ## layout of the code, and the rules that Tests/StyleTests holds
	$(SWIFT) format lint --strict --recursive --parallel $(SWIFTCODE)
	$(MAKE) --no-print-directory build
	$(TEST) --filter '^StyleTests\.'

fmt: ## lay the code out anew
	$(SWIFT) format format --in-place --recursive --parallel $(SWIFTCODE)

clean: ## forget everything that was built
	rm -rf .build .build-* Benchmarks/results
