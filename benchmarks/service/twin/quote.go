// The endpoint of exports.py's quote in Go, as one would write it with the standard library: JSON over HTTP, on a Unix socket or a port.
//
//	quote unix:PATH | tcp:PORT
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
)

type line struct {
	Sku      string  `json:"sku"`
	Category string  `json:"category"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price"`
}

type request struct {
	Lines  []line `json:"lines"`
	Region string `json:"region"`
}

type categoryTotal struct {
	Category string  `json:"category"`
	Lines    int     `json:"lines"`
	Total    float64 `json:"total"`
}

type answer struct {
	Net        float64         `json:"net"`
	Tax        float64         `json:"tax"`
	Gross      float64         `json:"gross"`
	Categories []categoryTotal `json:"categories"`
}

var taxes = map[string]float64{"north": 0.19, "south": 0.07, "islands": 0.0}

func discount(quantity int) float64 {
	if quantity >= 100 {
		return 0.8
	}
	if quantity >= 20 {
		return 0.9
	}
	return 1.0
}

func quote(asked request) answer {
	found := map[string]*categoryTotal{}
	order := []*categoryTotal{}
	net := 0.0
	for _, line := range asked.Lines {
		price := line.Price * float64(line.Quantity) * discount(line.Quantity)
		net += price
		total := found[line.Category]
		if total == nil {
			total = &categoryTotal{Category: line.Category}
			found[line.Category] = total
			order = append(order, total)
		}
		total.Lines++
		total.Total += price
	}
	rate, known := taxes[asked.Region]
	if !known {
		rate = 0.25
	}
	tax := net * rate
	sort.SliceStable(order, func(i, j int) bool { return order[i].Total > order[j].Total })
	categories := make([]categoryTotal, len(order))
	for i, total := range order {
		categories[i] = *total
	}
	return answer{net, tax, net + tax, categories}
}

func serve(writer http.ResponseWriter, incoming *http.Request) {
	var asked request
	if err := json.NewDecoder(incoming.Body).Decode(&asked); err != nil {
		http.Error(writer, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	body, err := json.Marshal(quote(asked))
	if err != nil {
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.Header().Set("Content-Length", strconv.Itoa(len(body)))
	writer.Write(body)
}

func main() {
	kind, where, _ := strings.Cut(os.Args[1], ":")
	if kind == "tcp" {
		where = "127.0.0.1:" + where
	}
	listener, err := net.Listen(kind, where)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening", listener.Addr())
	http.HandleFunc("/quote", serve)
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
