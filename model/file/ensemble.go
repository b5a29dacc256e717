package file

import (
	"fmt"
	"strconv"
	"strings"

	"hnn/model"
	"hnn/model/network"
	"hnn/model/safetensors"
	"hnn/nn"
)

// metaMembers is the metadata that makes a file an ensemble's: the number of members,
// whose tensors have their number and a dot before their names. They share one
// architecture.
const metaMembers = "hnn.members"

// maxMembers bounds what a file can ask for.
const maxMembers = 1000

// SaveEnsemble writes the networks of an ensemble to path: see Save.
func SaveEnsemble[T nn.Float](path string, members []*network.Network[T], metadata map[string]string) error {
	f, err := Pack(members[0], metadata)
	if err != nil {
		return err
	}
	f.Tensors = nil
	f.Metadata[metaMembers] = strconv.Itoa(len(members))
	for i, m := range members {
		one, err := Pack(m, nil)
		if err != nil {
			return err
		}
		for _, t := range one.Tensors {
			t.Name = memberPrefix(i) + t.Name
			f.Tensors = append(f.Tensors, t)
		}
	}
	return safetensors.WriteFile(path, f)
}

func memberPrefix(i int) string { return strconv.Itoa(i) + "." }

// unpackEnsemble makes the ensemble that a file holds.
func unpackEnsemble(f *safetensors.File) (*model.Form[float64], error) {
	n, err := strconv.Atoi(f.Metadata[metaMembers])
	if err != nil || n < 2 || n > maxMembers {
		return nil, fmt.Errorf("%w: an ensemble of %q members", safetensors.ErrFormat, f.Metadata[metaMembers])
	}
	members := make([]*model.Form[float64], n)
	for i := range members {
		one := &safetensors.File{Metadata: f.Metadata}
		for _, t := range f.Tensors {
			if name, ok := strings.CutPrefix(t.Name, memberPrefix(i)); ok {
				t.Name = name
				one.Tensors = append(one.Tensors, t)
			}
		}
		m, err := Unpack[float64](one)
		if err != nil {
			return nil, fmt.Errorf("member %d: %w", i+1, err)
		}
		members[i] = m.Form()
	}
	return model.Mean(members)
}
