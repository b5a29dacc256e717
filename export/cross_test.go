package export

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hnn/model/network"
)

func ofWidths(t *testing.T, widths ...int) *Model {
	t.Helper()
	n, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: widths, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(n.Form(), Names{Start: []float64{1, 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// reference is what the demo prints, compiled for this machine.
func reference(t *testing.T, dir string) string {
	run(t, nil, tool(t, "gcc"), "-std=c99", "-O2", "-DHNN_DEMO", filepath.Join(dir, "model.c"), "-o", filepath.Join(dir, "here"), "-lm")
	return string(run(t, nil, filepath.Join(dir, "here")))
}

// rows compares two printed rollouts, whose numbers may differ by rounding.
func rows(t *testing.T, what, got, want string, tolerance float64) {
	t.Helper()
	a, b := strings.FieldsFunc(got, separator), strings.FieldsFunc(want, separator)
	if len(a) != len(b) || len(a) < 100 {
		t.Fatalf("%s prints %d numbers, want %d", what, len(a), len(b))
	}
	for i := range a {
		x, err := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		if d := x - y; err != nil || !(max(d, -d) <= tolerance) {
			t.Fatalf("%s: number %d is %s, want %s", what, i, a[i], b[i])
		}
	}
}

func separator(r rune) bool { return r == ',' || r == '\n' || r == '\r' }

// The demo's rollout compiled for 64-bit ARM and run by an emulator is that of this machine.
func TestAArch64(t *testing.T) {
	compiler, emulator := tool(t, "aarch64-linux-gnu-gcc"), tool(t, "qemu-aarch64-static")
	for _, precision := range []Precision{Double, Float} {
		dir := write(t, C(ofWidths(t, 32, 32), precision))
		program := filepath.Join(dir, "arm")
		run(t, nil, compiler, append(append([]string{}, strict...), "-O2", "-static", "-DHNN_DEMO", filepath.Join(dir, "model.c"), "-o", program, "-lm")...)
		rows(t, "aarch64", string(run(t, nil, emulator, program)), reference(t, dir), map[Precision]float64{Double: 1e-8, Float: 1e-4}[precision])
	}
}

// The vectors, and a start that needs no more than what newlib has for semihosting.
const cortexStart = `
#include <stdio.h>
#include <unistd.h>
extern int main(void);
extern unsigned __StackTop, __bss_start__, __bss_end__;
extern void initialise_monitor_handles(void);
void start(void)
{
	*(volatile unsigned *)0xE000ED88 |= 0xFu << 20; /* the floating-point unit on */
	for (unsigned *p = &__bss_start__; p < &__bss_end__; p++) *p = 0;
	initialise_monitor_handles();
	const int status = main();
	fflush(stdout);
	_exit(status);
}
static void stop(void) { _exit(3); }
__attribute__((section(".vectors"), used)) static void *const vectors[16] = { &__StackTop, (void *)start, (void *)stop, (void *)stop, (void *)stop, (void *)stop, (void *)stop };
`

// The memory of the AN386 image on ARM's MPS2 board.
const cortexScript = `
MEMORY { ROM (rx) : ORIGIN = 0x0, LENGTH = 4M  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4M }
ENTRY(start)
SECTIONS {
	.text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) *(.ARM.ex*) } > ROM
	.data : { *(.data*) } > RAM
	.bss (NOLOAD) : { __bss_start__ = .; *(.bss*) *(COMMON) . = ALIGN(4); __bss_end__ = .; } > RAM
	end = .;
	__StackTop = ORIGIN(RAM) + LENGTH(RAM);
}
`

// A model of two layers of 32 in float on a Cortex-M4 takes less than 8 KB of memory, and its rollout, run by an emulator of
// the MPS2 board, is that of this machine.
func TestCortexM4(t *testing.T) {
	compiler, size := tool(t, "arm-none-eabi-gcc"), tool(t, "arm-none-eabi-size")
	dir := write(t, append(C(ofWidths(t, 32, 32), Float), File{"start.c", []byte(cortexStart)}, File{"link.ld", []byte(cortexScript)}))
	code := filepath.Join(dir, "model.c")
	flags := []string{"-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-Os", "-ffunction-sections", "-fdata-sections"}
	object := filepath.Join(dir, "model.o")
	run(t, nil, compiler, append(append(append([]string{}, strict...), flags...), "-fstack-usage", "-c", code, "-o", object)...)
	out := strings.Fields(string(run(t, nil, size, object)))
	numbers := make([]int, 3) // text, data and bss stand behind six titles
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(out[6+i])
	}
	usage, err := os.ReadFile(filepath.Join(dir, "model.su"))
	if err != nil {
		t.Fatal(err)
	}
	stack := 0 // all functions at once are more than any chain of calls, none of which calls itself
	for _, m := range regexp.MustCompile(`(?m)\t(\d+)\tstatic$`).FindAllSubmatch(usage, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		stack += n
	}
	if bytes.Contains(usage, []byte("dynamic")) {
		t.Error("a function's stack has no bound")
	}
	t.Logf("text %d bytes (tables among them), data and bss %d, stack of all functions together %d", numbers[0], numbers[1]+numbers[2], stack)
	if ram := numbers[1] + numbers[2] + stack; ram >= 8<<10 || numbers[0] == 0 || stack == 0 {
		t.Errorf("it takes %d bytes of memory, want fewer than 8 KB", ram)
	}
	emulator := tool(t, "qemu-system-arm")
	program := filepath.Join(dir, "program.elf")
	run(t, nil, compiler, append(flags, "-std=c99", "-DHNN_DEMO", "-DSTEPS=40", code, filepath.Join(dir, "start.c"), "-T", filepath.Join(dir, "link.ld"),
		"-nostartfiles", "--specs=rdimon.specs", "-u", "_printf_float", "-lm", "-o", program)...)
	got := run(t, nil, emulator, "-M", "mps2-an386", "-cpu", "cortex-m4", "-nographic", "-semihosting-config", "enable=on,target=native", "-kernel", program)
	want := strings.Join(strings.SplitAfter(reference(t, dir), "\n")[:41], "")
	rows(t, "Cortex-M4", string(got), want, 1e-4)
}
