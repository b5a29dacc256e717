package sweep

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"hnn/internal/atomicfile"
)

// Server is a NATS server in this process, whose streams lie in a folder and are synced to
// disk with every message.
type Server struct {
	nats *server.Server
	// Door is where it is found.
	Door Door
}

// Door is the address of a server and the key to it, as they stand in a file that its owner
// alone may read.
type Door struct {
	URL string `json:"url"`
	Key string `json:"key"`
}

// ServerOptions say how a server is reached.
type ServerOptions struct {
	// Listen is the address; loopback with a free port unless given.
	Listen string
	// Cert and Key are PEM files for TLS, empty for none.
	Cert, Key string
	// Advertise is the name of this machine in the door's address, that of Listen unless given.
	Advertise string
}

// ReadDoor reads the file of a door.
func ReadDoor(path string) (Door, error) {
	var d Door
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err == nil && (d.URL == "" || d.Key == "") {
		err = fmt.Errorf("%s: no address and key of a server", path)
	}
	return d, err
}

func (d Door) write(path string) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return atomicfile.WritePrivate(path, func(w io.Writer) error { _, err := w.Write(b); return err }) // the key lets anybody in
}

// StartServer starts a server whose streams lie in store, and writes its door to a file. One
// that was there before keeps its key, and its port where that is free.
func StartServer(store, door string, o ServerOptions) (*Server, error) {
	before, err := ReadDoor(door)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	d := Door{Key: before.Key}
	if d.Key == "" {
		d.Key = rand.Text()
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if o.Listen == "" {
		host, port, err = "127.0.0.1", "0", nil
	}
	n, convErr := strconv.Atoi(port)
	if err := errors.Join(err, convErr); err != nil {
		return nil, fmt.Errorf("--listen %s: give an address and a port, as in 127.0.0.1:4222", o.Listen)
	}
	if n == 0 {
		n = portOf(before, host)
	}
	options := &server.Options{
		ServerName: "hnn", Host: host, Port: n, Authorization: d.Key,
		JetStream: true, StoreDir: store, SyncAlways: true, SyncInterval: 2 * time.Minute,
		MaxPayload: maxPayload, NoSigs: true, NoLog: true,
		DisableShortFirstPing: true, WriteDeadline: 30 * time.Second,
	}
	scheme := "nats"
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("certificate of the server: %w", err)
		}
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		options.TLS, options.TLSTimeout, scheme = true, 5, "tls"
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("the server: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("the server does not start on %s: is its port taken, or its store %s damaged?", net.JoinHostPort(host, strconv.Itoa(n)), store)
	}
	at := s.Addr().(*net.TCPAddr)
	name := o.Advertise
	if name == "" {
		if name = host; at.IP.IsUnspecified() {
			if name, err = os.Hostname(); err != nil {
				s.Shutdown()
				return nil, err
			}
		}
	}
	d.URL = scheme + "://" + net.JoinHostPort(name, strconv.Itoa(at.Port))
	if err := d.write(door); err != nil {
		s.Shutdown()
		return nil, err
	}
	return &Server{s, d}, nil
}

// portOf is the port that a server had before, where it is free on a host; otherwise any.
func portOf(before Door, host string) int {
	_, port, err := net.SplitHostPort(trimScheme(before.URL))
	if err != nil {
		return server.RANDOM_PORT
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return server.RANDOM_PORT
	}
	l.Close()
	n, err := strconv.Atoi(port)
	if err != nil {
		return server.RANDOM_PORT
	}
	return n
}

// Stop ends the server when everything is on disk.
func (s *Server) Stop() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}
