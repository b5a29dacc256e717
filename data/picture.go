package data

// MaxSide is the largest width or height of a picture, in pixels: of films that are read
// and of those that a model learns from.
const MaxSide = 128
