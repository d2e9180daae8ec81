// The endpoint of the demos in Go: net/http, the rows in memory, the same algorithm, the same answers.
//
// A measure of how much of the machine the offloaded endpoint makes use of. Standard library only.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
)

type flight struct {
	Date        string `json:"date"`
	Delay       int    `json:"delay"`
	Origin      string `json:"origin"`
	Destination string `json:"destination"`
}

type answer struct {
	Origin      string  `json:"origin"`
	Destination *string `json:"destination"`
	Slack       int     `json:"slack"`
	Flights     int     `json:"flights"`
	Mean        float64 `json:"mean"`
	MeanLow     float64 `json:"mean_low"`
	MeanHigh    float64 `json:"mean_high"`
	Late        float64 `json:"late"`
}

func delayRisk(delays []int, slack, resamples int, seed uint32) answer {
	count := len(delays)
	sum, late := 0, 0
	for _, delay := range delays {
		if delay > slack {
			late++
		}
		sum += delay
	}
	totals := make([]int, 0, resamples)
	state := seed
	for i := 0; i < resamples; i++ {
		total := 0
		for j := 0; j < count; j++ {
			state = state*1664525 + 1013904223
			total += delays[uint64(state)*uint64(count)>>32]
		}
		totals = append(totals, total)
	}
	sort.Ints(totals)
	low := resamples * 25 / 1000
	n := float64(count)
	return answer{
		Slack: slack, Flights: count,
		Mean: float64(sum) / n, MeanLow: float64(totals[low]) / n, MeanHigh: float64(totals[resamples-1-low]) / n,
		Late: float64(late) / n,
	}
}

// The rows by origin, the latest first, as the database gives them.
func latestFirst(path string) (map[string][]flight, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []flight
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, err
	}
	index := make([]int, len(rows))
	for i := range index {
		index[i] = i
	}
	sort.Slice(index, func(a, b int) bool {
		if rows[index[a]].Date != rows[index[b]].Date {
			return rows[index[a]].Date > rows[index[b]].Date
		}
		return index[a] > index[b]
	})
	byOrigin := map[string][]flight{}
	for _, i := range index {
		byOrigin[rows[i].Origin] = append(byOrigin[rows[i].Origin], rows[i])
	}
	return byOrigin, nil
}

func number(query url.Values, name string, fallback, least, most int) (int, error) {
	text := query.Get(name)
	if text == "" {
		return fallback, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < least || value > most {
		return 0, fmt.Errorf("%s: expected a whole number from %d to %d", name, least, most)
	}
	return value, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8000", "address")
	data := flag.String("data", "flights.json", "rows")
	flag.Parse()
	byOrigin, err := latestFirst(*data)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/risk", func(response http.ResponseWriter, request *http.Request) {
		query := request.URL.Query()
		slack, e1 := number(query, "slack", 15, -60, 600)
		resamples, e2 := number(query, "resamples", 2000, 1, 1000000)
		limit, e3 := number(query, "limit", 300, 1, 1000)
		seed, e4 := number(query, "seed", 1, 0, 1<<32-1)
		if err := errors.Join(e1, e2, e3, e4); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		destination := query.Get("destination")
		delays := make([]int, 0, limit)
		for _, row := range byOrigin[query.Get("origin")] {
			if len(delays) == limit {
				break
			}
			if destination == "" || row.Destination == destination {
				delays = append(delays, row.Delay)
			}
		}
		if len(delays) == 0 {
			http.Error(response, "no flights on this route", http.StatusNotFound)
			return
		}
		result := delayRisk(delays, slack, resamples, uint32(seed))
		result.Origin = query.Get("origin")
		if destination != "" {
			result.Destination = &destination
		}
		response.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(response).Encode(result); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
