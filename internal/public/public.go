// Package public has tests alone: what the library shows of itself can be named by who uses it, and refuses slices of other
// lengths than it says.
package public
