/* JSON without the white space between its tokens. */
#include "protocol/kd.h"
#include <criterion/criterion.h>
#include <string.h>

static void squeezed(const char *text, const char *expected)
{
	char to[200];
	size_t len = kd_squeeze(to, text, strlen(text));

	to[len] = '\0';
	cr_expect_str_eq(to, expected);
}

Test(squeeze, only_white_space_between_tokens_goes)
{
	squeezed("{\"a\" : 1, \"b\": [1, 2 , 3 ],\n\t\"c\" :\r\n null}", "{\"a\":1,\"b\":[1,2,3],\"c\":null}");
	squeezed(" \"a b\" ", "\"a b\"");
	squeezed("[\"a \\\" b\", \"c \\\\\", \" d\", \"\\\\\\\" e , \", \"\"]", "[\"a \\\" b\",\"c \\\\\",\" d\",\"\\\\\\\" e , \",\"\"]");
	squeezed("", "");
	squeezed("[ \"no end , ", "[\"no end , ");
	squeezed("\"no end \\", "\"no end \\");
}
