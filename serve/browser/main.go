//go:build js && wasm

// Command browser is serve's API inside a page: compiled to WebAssembly and run by a worker
// (worker.js), it answers what a server would. It sets functions of the worker,
//
//	hnnOpen(library, models)          the text of site.Index, and an object from names of files to bytes;
//	                                  returns what was wrong, or ""
//	hnnAsk(id, method, path, body)    answers by messages of the worker: {id, status, type}, then
//	                                  {id, chunk} for each piece and {id, end: true}
//	hnnCancel(id)                     ends the work on an answer that nobody waits for any more
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall/js"
	"time"

	"hnn/serve/api"
	"hnn/serve/site"
)

func main() {
	a := api.New(api.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	handler := a.Handler()
	asked := map[int]context.CancelFunc{} // by id; all goroutines here share one thread
	set := func(name string, f func(args []js.Value) any) {
		js.Global().Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) }))
	}
	set("hnnOpen", func(args []js.Value) any {
		err := site.Open(a, []byte(args[0].String()), func(name string) ([]byte, error) {
			v := args[1].Get(name)
			if v.IsUndefined() {
				return nil, fmt.Errorf("%s is missing", name)
			}
			b := make([]byte, v.Length())
			js.CopyBytesToGo(b, v)
			return b, nil
		})
		if err != nil {
			return err.Error()
		}
		return ""
	})
	set("hnnAsk", func(args []js.Value) any {
		id := args[0].Int()
		ctx, cancel := context.WithCancel(context.Background())
		r, err := http.NewRequestWithContext(ctx, args[1].String(), args[2].String(), strings.NewReader(args[3].String()))
		w := &reply{id: id, header: http.Header{}}
		asked[id] = cancel
		go func() {
			defer delete(asked, id)
			defer cancel()
			defer w.end()
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			handler.ServeHTTP(w, r)
		}()
		return nil
	})
	set("hnnCancel", func(args []js.Value) any {
		if cancel := asked[args[0].Int()]; cancel != nil {
			cancel()
		}
		return nil
	})
	js.Global().Call("hnnReady")
	select {}
}

// reply is an http.ResponseWriter whose parts are messages of the worker.
type reply struct {
	id     int
	header http.Header
	begun  bool
}

func (w *reply) post(members map[string]any) {
	members["id"] = w.id
	js.Global().Call("postMessage", members)
}

func (w *reply) Header() http.Header { return w.header }

func (w *reply) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		w.post(map[string]any{"status": status, "type": w.header.Get("Content-Type")})
	}
}

func (w *reply) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	chunk := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(chunk, b)
	w.post(map[string]any{"chunk": chunk})
	return len(b), nil
}

// Flush lets the worker take messages, of which one may say that nobody waits for the rest.
func (w *reply) Flush() { time.Sleep(time.Nanosecond) }

func (w *reply) end() {
	w.WriteHeader(http.StatusOK)
	w.post(map[string]any{"end": true})
}
