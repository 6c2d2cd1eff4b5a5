# Compiles templates/*.json, given in order, into one C file: called by CMakeLists.txt as
#     awk -v out=PATH/templates_embedded.c -f templates_embed.awk templates/*.json
# A file is named for its place in the gallery and the method: 03-effort-effect.json. Portable awk (mawk is Debian's).

BEGIN {
	backslash = sprintf("%c", 92)
	quote = sprintf("%c", 34)
	print "/* Made from templates/ by templates_embed.awk. */" > out
	print "#include \"board/template.h\"\n" > out
	print "const struct template_text template_texts[] = {" > out
}

FNR == 1 {
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.json$/, "", name)
	if (name !~ /^[0-9][0-9]-[a-z0-9-]+$/) {
		print FILENAME ": a template is named like 03-effort-effect.json" > "/dev/stderr"
		failed = 1
		exit 1
	}
	if (count++)
		print "\t}," > out
	print "\t{ \"" substr(name, 4) "\"," > out
}

{
	escaped = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		if (c == backslash || c == quote)
			c = backslash c
		else if (c == "\t")
			c = " "
		escaped = escaped c
	}
	print "\t\t\"" escaped backslash "n\"" > out
}

END {
	if (failed)
		exit 1
	if (count)
		print "\t}," > out
	print "\t{ NULL, NULL },\n};" > out
}
