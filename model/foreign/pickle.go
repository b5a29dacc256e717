package foreign

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The values of a pickle are nil, bool, int64, float64, string, []any (lists and tuples), *dictionary, global, called and
// whatever persistent returns.
type (
	dictionary struct {
		keys   []string
		values []any
	}
	// global is the name of a class or function. None is ever called: what a reduction of one becomes is called.
	global string
	called struct {
		of   global
		args []any
	}
	mark struct{}
)

// The bounds of what a pickle may make the reader keep.
const (
	mostObjects = 1 << 20
	mostText    = 1 << 16
)

var errPickle = errors.New("a pickle that torch.save does not write")

// unpickle reads one pickle of the operations that torch.save uses, and of no others: nothing is imported or run. persistent
// makes what a persistent identifier stands for.
func unpickle(r *bufio.Reader, persistent func(id []any) (any, error)) (any, error) {
	u := unpickler{r: r, persistent: persistent, memo: map[int64]any{}}
	for {
		done, err := u.operation()
		if err != nil {
			return nil, err
		}
		if done {
			return u.pop()
		}
		if u.objects++; u.objects > mostObjects || len(u.stack) > mostObjects {
			return nil, fmt.Errorf("%w: it has too many objects", errPickle)
		}
	}
}

type unpickler struct {
	r          *bufio.Reader
	persistent func(id []any) (any, error)
	stack      []any
	memo       map[int64]any
	objects    int
}

func (u *unpickler) push(v any) { u.stack = append(u.stack, v) }

func (u *unpickler) pop() (any, error) {
	if len(u.stack) == 0 {
		return nil, fmt.Errorf("%w: it takes a value where there is none", errPickle)
	}
	v := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

// marked takes what lies above the last mark.
func (u *unpickler) marked() ([]any, error) {
	for i := len(u.stack) - 1; i >= 0; i-- {
		if _, ok := u.stack[i].(mark); ok {
			values := append([]any(nil), u.stack[i+1:]...)
			u.stack = u.stack[:i]
			return values, nil
		}
	}
	return nil, fmt.Errorf("%w: it has no mark", errPickle)
}

func (u *unpickler) bytes(n int64) ([]byte, error) {
	if n < 0 || n > mostText {
		return nil, fmt.Errorf("%w: a text of %d bytes", errPickle, n)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(u.r, b)
	return b, err
}

// little is a whole number of n bytes, little-endian.
func (u *unpickler) little(n int64) (int64, error) {
	b, err := u.bytes(n)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], b)
	return int64(binary.LittleEndian.Uint64(wide[:])), nil
}

func (u *unpickler) line() (string, error) {
	b, err := u.r.ReadSlice('\n')
	if err != nil {
		return "", fmt.Errorf("%w: %w", errPickle, err)
	}
	return string(b[:len(b)-1]), nil
}

func (u *unpickler) tuple(n int) error {
	if len(u.stack) < n {
		return fmt.Errorf("%w: a tuple of more than there is", errPickle)
	}
	t := append([]any(nil), u.stack[len(u.stack)-n:]...)
	u.stack = u.stack[:len(u.stack)-n]
	u.push(t)
	return nil
}

func (u *unpickler) number(n int64) error {
	v, err := u.little(n)
	u.push(v)
	return err
}

func (u *unpickler) text(n int64, err error) error {
	if err != nil {
		return err
	}
	b, err := u.bytes(n)
	u.push(string(b))
	return err
}

func (u *unpickler) keep(at int64, err error) error {
	if err != nil {
		return err
	}
	if len(u.stack) == 0 {
		return fmt.Errorf("%w: it keeps a value where there is none", errPickle)
	}
	u.memo[at] = u.stack[len(u.stack)-1]
	return nil
}

func (u *unpickler) recall(at int64, err error) error {
	v, ok := u.memo[at]
	if err == nil && !ok {
		err = fmt.Errorf("%w: it recalls what it has not kept", errPickle)
	}
	u.push(v)
	return err
}

// operation runs the next one; true where it was the last. The comments are pickle's own names.
func (u *unpickler) operation() (done bool, err error) {
	op, err := u.r.ReadByte()
	if err != nil {
		return false, fmt.Errorf("%w: %w", errPickle, err)
	}
	switch op {
	case '.': // STOP
		return true, nil
	case 0x80: // PROTO
		_, err = u.r.ReadByte()
	case 0x95: // FRAME
		_, err = u.little(8)
	case '(': // MARK
		u.push(mark{})
	case ')': // EMPTY_TUPLE
		u.push([]any{})
	case ']': // EMPTY_LIST
		u.push(new([]any))
	case '}': // EMPTY_DICT
		u.push(new(dictionary))
	case 'N': // NONE
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(op == 0x88)
	case 'K': // BININT1
		err = u.number(1)
	case 'M': // BININT2
		err = u.number(2)
	case 'J': // BININT
		var v int64
		v, err = u.little(4)
		u.push(int64(int32(v)))
	case 0x8a: // LONG1
		var n int64
		if n, err = u.little(1); err == nil {
			if n > 16 {
				return false, fmt.Errorf("%w: a whole number of %d bytes", errPickle, n)
			}
			err = u.number(n) // the magic number of the old format is longer: its last bytes tell nothing
		}
	case 'G': // BINFLOAT
		var b []byte
		if b, err = u.bytes(8); err == nil {
			u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
		}
	case 'X': // BINUNICODE
		err = u.text(u.little(4))
	case 0x8c: // SHORT_BINUNICODE
		err = u.text(u.little(1))
	case 'q': // BINPUT
		err = u.keep(u.little(1))
	case 'r': // LONG_BINPUT
		err = u.keep(u.little(4))
	case 0x94: // MEMOIZE
		err = u.keep(int64(len(u.memo)), nil)
	case 'h': // BINGET
		err = u.recall(u.little(1))
	case 'j': // LONG_BINGET
		err = u.recall(u.little(4))
	case 't': // TUPLE
		var values []any
		values, err = u.marked()
		u.push(values)
	case 0x85, 0x86, 0x87: // TUPLE1 to TUPLE3
		err = u.tuple(int(op - 0x84))
	case 'c': // GLOBAL
		var module, name string
		if module, err = u.line(); err == nil {
			name, err = u.line()
		}
		u.push(global(module + "." + name))
	case 0x93: // STACK_GLOBAL
		var name, module any
		if name, err = u.pop(); err == nil {
			module, err = u.pop()
		}
		u.push(global(fmt.Sprint(module, ".", name)))
	default:
		return false, u.structure(op)
	}
	return false, err
}

// structure runs an operation that puts values into others.
func (u *unpickler) structure(op byte) error {
	switch op {
	case 'Q': // BINPERSID
		v, err := u.pop()
		if err != nil {
			return err
		}
		id, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%w: a persistent identifier that is no tuple", errPickle)
		}
		of, err := u.persistent(id)
		u.push(of)
		return err
	case 'R', 0x81: // REDUCE, NEWOBJ
		args, err := u.pop()
		if err != nil {
			return err
		}
		f, err := u.pop()
		if err != nil {
			return err
		}
		of, ok := f.(global)
		list, also := args.([]any)
		if !ok || !also {
			return fmt.Errorf("%w: a call of what is no function", errPickle)
		}
		if of == "collections.OrderedDict" {
			u.push(new(dictionary))
		} else {
			u.push(&called{of, list})
		}
	case 'b': // BUILD: attributes of an object, such as _metadata of a state dict
		_, err := u.pop()
		return err
	case 'a': // APPEND
		v, err := u.pop()
		if err != nil {
			return err
		}
		return u.extend([]any{v})
	case 'e': // APPENDS
		values, err := u.marked()
		if err != nil {
			return err
		}
		return u.extend(values)
	case 's': // SETITEM
		v, err := u.pop()
		if err != nil {
			return err
		}
		k, err := u.pop()
		if err != nil {
			return err
		}
		return u.set([]any{k, v})
	case 'u': // SETITEMS
		values, err := u.marked()
		if err != nil {
			return err
		}
		return u.set(values)
	default:
		return fmt.Errorf("%w: its operation %#02x is not one of those (is it a whole module, saved by torch.save(model)? save model.state_dict() instead)", errPickle, op)
	}
	return nil
}

func (u *unpickler) extend(values []any) error {
	if len(u.stack) > 0 {
		if l, ok := u.stack[len(u.stack)-1].(*[]any); ok {
			*l = append(*l, values...)
			return nil
		}
	}
	return fmt.Errorf("%w: it appends to what is no list", errPickle)
}

// set puts keys and values into a dictionary; keys that are no text are left out.
func (u *unpickler) set(values []any) error {
	if len(u.stack) == 0 || len(values)%2 != 0 {
		return fmt.Errorf("%w: it sets items of what is no dictionary", errPickle)
	}
	d, ok := u.stack[len(u.stack)-1].(*dictionary)
	if !ok {
		return fmt.Errorf("%w: it sets items of what is no dictionary", errPickle)
	}
	for i := 0; i < len(values); i += 2 {
		if k, ok := values[i].(string); ok {
			d.keys, d.values = append(d.keys, k), append(d.values, values[i+1])
		}
	}
	return nil
}
