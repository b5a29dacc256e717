package kernel

import "sync"

// A scratch is a reused buffer. It is taken and given back by pointer, so that the
// pool itself allocates nothing.
type scratch[T Float] struct{ data []T }

var scratch32, scratch64 sync.Pool

func scratchPool[T Float]() *sync.Pool {
	if size[T]() == 4 {
		return &scratch32
	}
	return &scratch64
}

// getScratch is a buffer of at least n elements of any value.
func getScratch[T Float](n int) *scratch[T] {
	s, _ := scratchPool[T]().Get().(*scratch[T])
	if s == nil {
		s = new(scratch[T])
	}
	if len(s.data) < n {
		s.data = make([]T, n)
	}
	return s
}

func putScratch[T Float](s *scratch[T]) { scratchPool[T]().Put(s) }
