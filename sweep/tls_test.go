package sweep

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

const smallStudy = "task: spring\nfixed: {trainer: closed-form, features: 20, figures: false, trajectories: 5}\nvary: {seed: 0-3}\n"

// writeCertificate writes a certificate of 127.0.0.1, signed by itself, and its key.
func writeCertificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, of, of, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "EC PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A sweep and its workers meet over TLS; one that does not know the authority is refused. Only
// its owner may read the door, and it is gone with the sweep.
func TestTLS(t *testing.T) {
	b := newBench(t, smallStudy)
	cert, key := writeCertificate(t, b.dir)
	b.start("sweep", "sweep", b.study, "--out", "s", "--listen", "127.0.0.1:0", "--tlscert", cert, "--tlskey", key, "--tlsca", cert, "--workers", "0")
	path := filepath.Join(b.dir, "s", "door.json")
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := ReadDoor(path); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the server does not start: %s", b.output["sweep"])
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the door is %v, error %v", info.Mode(), err)
	}
	b.start("stranger", "worker", "--door", path, "--wait", "100ms")
	if err := <-b.ended["stranger"]; err == nil || !strings.Contains(b.output["stranger"].String(), "certificate") {
		t.Errorf("a worker without the authority: %v, %s", err, b.output["stranger"])
	}
	delete(b.running, "stranger")
	b.start("worker", "worker", "--door", path, "--tlsca", cert)
	if err := <-b.ended["sweep"]; err != nil {
		t.Errorf("%v\n%s", err, b.output["sweep"])
	}
	delete(b.running, "sweep")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the door is still there: %v", err)
	}
}

// A server of NATS' own with accounts takes who has a file of credentials, and nobody else. Its
// messages are smaller than the directories of the runs, which then come as objects.
func TestCredentials(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [320, 320], steps: 10, figures: false, strict: false, trajectories: 5}
vary: {seed: 0-1}
`)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	newKey := func(create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
		pair, err := create()
		must(err)
		public, err := pair.PublicKey()
		must(err)
		return pair, public
	}
	operator, operatorName := newKey(nkeys.CreateOperator)
	account, accountName := newKey(nkeys.CreateAccount)
	user, userName := newKey(nkeys.CreateUser)
	claims := jwt.NewAccountClaims(accountName)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	accountJWT, err := claims.Encode(operator)
	must(err)
	userJWT, err := jwt.NewUserClaims(userName).Encode(account)
	must(err)
	operatorClaims := jwt.NewOperatorClaims(operatorName)
	seed, err := user.Seed()
	must(err)
	creds, err := jwt.FormatUserConfig(userJWT, seed)
	must(err)
	file := filepath.Join(b.dir, "worker.creds")
	must(os.WriteFile(file, creds, 0o600))
	resolver := new(server.MemAccResolver)
	must(resolver.Store(accountName, accountJWT))
	_, system := newKey(nkeys.CreateAccount)
	systemJWT, err := jwt.NewAccountClaims(system).Encode(operator)
	must(err)
	must(resolver.Store(system, systemJWT))
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
		TrustedOperators: []*jwt.OperatorClaims{operatorClaims}, AccountResolver: resolver, SystemAccount: system,
	})
	must(err)
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	b.start("worker", "worker", "--nats", s.ClientURL(), "--creds", file)
	if out := b.run("sweep", b.study, "--out", "s", "--nats", s.ClientURL(), "--creds", file); !strings.Contains(out, "2 of 2 runs done") {
		t.Errorf("it says %q", out)
	}
	b.start("stranger", "worker", "--nats", s.ClientURL())
	if err := <-b.ended["stranger"]; err == nil || !strings.Contains(b.output["stranger"].String(), "uthoriz") {
		t.Errorf("a worker without credentials: %v, %s", err, b.output["stranger"])
	}
	delete(b.running, "stranger")
}
