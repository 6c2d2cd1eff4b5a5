# Compiles migrations/*.sql, given in order, into one C file: called by CMakeLists.txt as
#     awk -v out=PATH/migrations_embedded.c -f migrations_embed.awk migrations/*.sql
# A file is named for its number and its subject: 0002_votes.sql. Portable awk (mawk is Debian's).

BEGIN {
	backslash = sprintf("%c", 92)
	quote = sprintf("%c", 34)
	print "/* Made from migrations/ by migrations_embed.awk. */" > out
	print "#include \"db/migrations.h\"\n" > out
	print "const struct migration migrations[] = {" > out
}

function fail(why) {
	print FILENAME ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

FNR == 1 {
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.sql$/, "", name)
	if (name !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$/)
		fail("a migration is named like 0002_votes.sql")
	if (substr(name, 1, 4) + 0 != ++count)
		fail("migrations are numbered without gaps: this is number " count)
	if (count > 1)
		print "\t}," > out
	print "\t{ " count ", \"" name "\"," > out
}

{
	escaped = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		if (c == backslash || c == quote)
			c = backslash c
		else if (c == "\r")
			c = backslash "r"
		escaped = escaped c
	}
	print "\t\t\"" escaped backslash "n\"" > out
}

END {
	if (failed)
		exit 1
	if (count)
		print "\t}," > out
	print "\t{ 0, NULL, NULL },\n};" > out
}
