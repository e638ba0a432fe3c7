# Each target is one command of .dev/start, which needs no make.
COMMANDS = run test bench simulate lint stop clean

.PHONY: help $(COMMANDS)
help:
	@echo "make run | test | bench | simulate | lint | stop | clean    (README.md says what each does)"

$(COMMANDS):
	@sh .dev/start $@
