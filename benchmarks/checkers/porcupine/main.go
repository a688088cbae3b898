// Command porcupine checks histories in the neutral format with the Porcupine checker and prints one JSON object per
// history: its verdict, the seconds that checking took (reading not included) and the peak memory meanwhile.
//
// It is the other side of the benchmark in the folder above, which also describes the neutral format.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// What was measured on one file: time that passed, and what all threads together used of the processors.
type report struct {
	File        string  `json:"file"`
	Verdict     string  `json:"verdict"`
	Method      string  `json:"method"`
	Seconds     float64 `json:"seconds"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	Repetitions int     `json:"repetitions"`
	Operations  int     `json:"operations"`
	BareMB      float64 `json:"bare_mb"`
	PeakMB      float64 `json:"peak_mb"`
}

var verdicts = map[porcupine.CheckResult]string{
	porcupine.Ok:      "lawful",
	porcupine.Illegal: "violation",
	porcupine.Unknown: "inconclusive",
}

func main() {
	limit := flag.Float64("limit", 10, "seconds for each history")
	repetitions := flag.Int("repetitions", 5, "how often to check a history that takes little time")
	repeatWithin := flag.Float64("repeat-within", 1, "seconds for all repetitions of one history")
	flag.Parse()
	bareMB := peakMB()
	printer := json.NewEncoder(os.Stdout)
	for _, file := range flag.Args() {
		result, err := check(file, *limit, *repetitions, *repeatWithin)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
		result.BareMB = bareMB
		if err := printer.Encode(result); err != nil {
			os.Exit(1)
		}
	}
}

func check(file string, limit float64, repetitions int, repeatWithin float64) (report, error) {
	model, history, err := read(file)
	if err != nil {
		return report{}, err
	}
	// What reading left behind is not what checking needs.
	debug.FreeOSMemory()
	forgetPeak()
	var seconds, cpuSeconds []float64
	verdict, total := "", 0.0
	for len(seconds) < 2 || (len(seconds) < repetitions && total < repeatWithin) {
		runtime.GC()
		started, cpuBefore := time.Now(), usedCPU()
		verdict = verdicts[porcupine.CheckOperationsTimeout(model, history, time.Duration(limit*float64(time.Second)))]
		seconds = append(seconds, time.Since(started).Seconds())
		cpuSeconds = append(cpuSeconds, usedCPU()-cpuBefore)
		total += seconds[len(seconds)-1]
		if verdict == verdicts[porcupine.Unknown] {
			break
		}
	}
	sort.Float64s(seconds)
	sort.Float64s(cpuSeconds)
	return report{
		File:        file,
		Verdict:     verdict,
		Method:      "porcupine",
		Seconds:     seconds[(len(seconds)-1)/2],
		CPUSeconds:  cpuSeconds[(len(cpuSeconds)-1)/2],
		Repetitions: len(seconds),
		Operations:  len(history),
		PeakMB:      peakMB(),
	}, nil
}
