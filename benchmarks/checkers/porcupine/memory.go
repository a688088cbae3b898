package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// peakMB is the largest resident memory of this process so far, in 10^6 bytes.
//
// Linux counts in getrusage what the parent held when it started this process, so the process's own high-water mark
// is preferred where there is one.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); n == 1 {
			return kilobytes * 1024 / 1e6
		}
	}
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6
	}
	return float64(usage.Maxrss) * 1024 / 1e6
}

// usedCPU is the time, in seconds, that the threads of this process have used of the processors so far.
func usedCPU() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// forgetPeak sets the high-water mark to the present memory, on Linux; elsewhere the peak includes reading.
func forgetPeak() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}
