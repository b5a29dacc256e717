package data

// MaxSide is the largest width or height of a picture, in pixels, in a file and in a model.
const MaxSide = 128
