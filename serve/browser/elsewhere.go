//go:build !(js && wasm)

package main

import "log"

func main() { log.Fatal("this program runs in a page: go generate ./serve compiles it for that") }
