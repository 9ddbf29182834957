package schema

// Type says what may stand somewhere in the file.
type Type struct {
	// Accept lists the kinds of node that may stand here.
	Accept []Kind
	// Param tells that {parameter: NAME} may stand instead of a scalar.
	Param bool
	// Enum lists the only strings allowed.
	Enum []string
	// Pattern is a regular expression (RE2, also valid ECMA 262) that a
	// constant string or key must match whole; PatternHint says it in words.
	Pattern     string
	PatternHint string
	// Min and Max bound an Int; both zero means no bound. Max bounds the number
	// of items of a List.
	Min, Max int
	// Elem is the type of a List's items or of a Map's values where the keys
	// are names the author chooses; Names is the type of those keys.
	Elem  *Type
	Names *Type
	// Object is the mapping with known keys that may stand here.
	Object *Object
	// Secret tells that the value names an entry of `secrets` (Hide is implied).
	Secret bool
	// Hide tells that what stands here is never repeated in a message.
	Hide bool
	// Any accepts every node below (patterns, bodies); another reader checks it.
	Any bool
	// NonEmpty refuses an empty list, mapping or string.
	NonEmpty bool
}

// Key is one key of an Object.
type Key struct {
	Name     string
	Doc      string
	Type     *Type
	Required bool
	// Default is shown in the reference; the reader of the value applies it.
	Default string
}

// Object is a mapping with known keys.
type Object struct {
	Name string // as in "a destination"
	Doc  string
	Keys []Key
	// Discriminator is the key whose value selects one of Variants, which adds
	// its keys to those of the object.
	Discriminator string
	Variants      []*Object // sorted by Value
	Value         string    // of a variant: the discriminator's value
	// HideKeys tells that keys which are not known are never repeated in a
	// message: people write the secret itself there.
	HideKeys bool
	// OneOf lists groups of keys of which exactly one key must be present.
	OneOf [][]string
}

// Key gives the declaration of a key, or nil.
func (o *Object) Key(name string) *Key {
	for i := range o.Keys {
		if o.Keys[i].Name == name {
			return &o.Keys[i]
		}
	}
	return nil
}

// Variant gives the variant for a value of the discriminator, or nil.
func (o *Object) Variant(value string) *Object {
	for _, v := range o.Variants {
		if v.Value == value {
			return v
		}
	}
	return nil
}

func (t *Type) accepts(k Kind) bool {
	if t.Any {
		return true
	}
	for _, a := range t.Accept {
		if a == k {
			return true
		}
	}
	return false
}

// Text is a string that may be a stack parameter.
func Text() *Type { return &Type{Accept: []Kind{String}, Param: true, NonEmpty: true} }

// Word is a string that shapes the template and so cannot be a parameter.
func Word(enum ...string) *Type { return &Type{Accept: []Kind{String}, Enum: enum, NonEmpty: true} }

// Flag is true or false.
func Flag() *Type { return &Type{Accept: []Kind{Bool}} }

// Whole is a whole number in [lowest, highest].
func Whole(lowest, highest int) *Type {
	return &Type{Accept: []Kind{Int}, Param: true, Min: lowest, Max: highest}
}

// ListOf is a list.
func ListOf(elem *Type) *Type { return &Type{Accept: []Kind{List}, Elem: elem} }

// MapOf is a mapping from names the author chooses.
func MapOf(names, elem *Type) *Type {
	return &Type{Accept: []Kind{Map}, Names: names, Elem: elem}
}

// Of is a mapping with known keys.
func Of(o *Object) *Type { return &Type{Accept: []Kind{Map}, Object: o} }

// SecretName is the name of an entry of `secrets`, or a NoEcho parameter.
func SecretName() *Type {
	return &Type{Accept: []Kind{String}, Param: true, Secret: true, NonEmpty: true}
}

// Anything is checked by another reader.
func Anything() *Type { return &Type{Any: true} }
