// Package shell writes words so that a shell reads them back, for the commands that messages
// and reports advise.
package shell

import "strings"

// plain are the characters that mean nothing to a shell.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-"

// Quote is the word as a POSIX shell takes it for an argument: in single quotes where it
// has anything but letters, digits and a few signs. A path that would be taken for a flag
// begins with ./.
func Quote(word string) string {
	if strings.HasPrefix(word, "-") {
		word = "./" + word
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !strings.ContainsRune(plain, r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Join is Quote of each word, blanks between them.
func Join(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quote(w)
	}
	return strings.Join(quoted, " ")
}
