# Compiles the named statements of one .sql file into C: called by CMakeLists.txt's room() as
#     awk -v noun=board -v out=PATH/board_sql -f sql_embed.awk board.sql
# which writes PATH/board_sql.c and .h. A statement begins with a line "-- name: card_place" and goes on to the
# next one; comments are left out, but for a line "-- replica": what is read may be a little old. Portable awk (mawk is Debian's).

BEGIN {
	backslash = sprintf("%c", 92)
	quote = sprintf("%c", 34)
}

function fail(line, why) {
	print FILENAME ":" line ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

# Ends the statement that is being read.
function finish(   i) {
	if (!count)
		return
	if (state != "")
		fail(named_at[count], "statement " names[count] " ends inside a string, a quoted name or a comment")
	if (text[count] == "")
		fail(named_at[count], "statement " names[count] " is empty")
	for (i = 1; i <= params[count]; i++)
		if (!((count, i) in seen))
			fail(named_at[count], "statement " names[count] " has $" params[count] " but not $" i)
}

# One line of SQL, without its comments, as the text of a C string. `state` is what the line before has left open:
# "'" a string, quote a quoted name, "*" a block comment.
function scan(line,   i, c, two, kept, digits, n, escaped) {
	escaped = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (state == "*") {
			if (two == "*/") {
				state = ""
				i++
			}
			continue
		}
		if (state == "") {
			if (two == "--")
				break
			if (two == "/*") {
				state = "*"
				escaped = escaped " "
				i++
				continue
			}
			if (two == "$$")
				fail(FNR, "dollar quotes have no place in a named statement")
			if (c == ";") {
				ended = 1
				continue
			}
			if (ended && c !~ /[ \t\r]/)
				fail(FNR, "a second statement: each needs its own \"-- name:\" line")
			if (c == "'" || c == quote)
				state = c
			else if (c == "$" && substr(line, i + 1, 1) ~ /[0-9]/) {
				digits = substr(line, i + 1)
				sub(/[^0-9].*$/, "", digits)
				seen[count, digits + 0] = 1
				if (digits + 0 > params[count])
					params[count] = digits + 0
			}
		} else if (c == state)
			state = "" # a doubled quote closes and opens again, which comes to the same
		if (c == backslash || c == quote)
			escaped = escaped backslash c
		else if (c == "\t")
			escaped = escaped backslash "t"
		else if (c != "\r")
			escaped = escaped c
	}
	if (state == "" || state == "*")
		sub(/[ ]+$/, "", escaped)
	return escaped
}

/^--[ \t]*replica[ \t\r]*$/ {
	if (!count || state != "")
		fail(FNR, "what does \"-- replica\" belong to?")
	stale[count] = 1
	next
}

/^--[ \t]*name:/ {
	finish()
	name = $0
	sub(/^--[ \t]*name:[ \t]*/, "", name)
	sub(/[ \t\r]+$/, "", name)
	if (name !~ /^[a-z][a-z0-9_]*$/ || length(name) > 60)
		fail(FNR, "a statement's name is at most 60 of a-z, 0-9 and _: " name)
	if (name in known)
		fail(FNR, "statement " name " stands twice")
	known[name] = 1
	names[++count] = name
	named_at[count] = FNR
	text[count] = ""
	params[count] = 0
	state = ""
	ended = 0
	next
}

{
	if (!count) {
		if ($0 !~ /^[ \t\r]*(--.*)?$/)
			fail(FNR, "SQL before the first \"-- name:\" line")
		next
	}
	was = state
	line = scan($0)
	if (line ~ /^(\\t| )*$/ && was == "" && state == "")
		next
	text[count] = text[count] "\n\t\t" quote line backslash "n" quote
}

END {
	if (failed)
		exit 1
	finish()
	if (failed)
		exit 1
	h = out ".h"
	c = out ".c"
	guard = toupper(noun) "_SQL_H"
	print "/* Made from " noun ".sql by sql_embed.awk. */" > h
	print "#ifndef " guard "\n#define " guard "\n#include \"db/db.h\"" > h
	for (i = 1; i <= count; i++)
		print "extern const struct db_stmt Q_" toupper(names[i]) ";" > h
	print "extern const struct db_stmt *const " noun "_statements[]; /* ends with NULL */" > h
	print "extern const struct db_stmt *const " noun "_replica_statements[]; /* those that may be a little old; likewise */" > h
	print "#endif" > h
	print "/* Made from " noun ".sql by sql_embed.awk. */" > c
	print "#include \"" noun "_sql.h\"\n" > c
	for (i = 1; i <= count; i++) {
		print "const struct db_stmt Q_" toupper(names[i]) " = {\n\t\"" names[i] "\"," text[i] "," > c
		print "\t" params[i] ",\n};\n" > c
	}
	print "const struct db_stmt *const " noun "_statements[] = {" > c
	for (i = 1; i <= count; i++)
		print "\t&Q_" toupper(names[i]) "," > c
	print "\tNULL,\n};" > c
	print "const struct db_stmt *const " noun "_replica_statements[] = {" > c
	for (i = 1; i <= count; i++)
		if (i in stale)
			print "\t&Q_" toupper(names[i]) "," > c
	print "\tNULL,\n};" > c
}
