package delivery

import (
	"errors"
	"os"
	"syscall"
)

// errLocked is the error of lockFile where somebody else has the lock.
var errLocked = errors.New("locked")

// errorSharingViolation is what opening a file gives that somebody has open
// without sharing it
// (https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-).
const errorSharingViolation syscall.Errno = 32

// lockFile locks a file until it is closed or the process ends: it is opened
// without being shared.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, errLocked
	} else if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(handle), path), nil
}

// syncDirectory does nothing: Windows cannot, and keeps renames by itself.
func syncDirectory(string) error { return nil }
