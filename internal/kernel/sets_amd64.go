//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// sets are the kernels that this processor can run, the best last.
func sets() []set {
	list := []set{generic}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, avx2)
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasBMI2 {
			list = append(list, avx512)
		}
	}
	return list
}
