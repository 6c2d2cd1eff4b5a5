/* talk.c - spaces, threads and posts: what their methods and events are. */
#include "protocol/talk.h"

#define ID_LIMIT 100000 /* "as many as there are": lists of ids in results */

static const char *const openness_words[] = { "network", "track", "cohort", "private", NULL };
static const char *const track_words[] = { "executive", "key_person", NULL };
static const char *const filter_words[] = { "all", "mine", "unanswered", NULL };

static const struct kd_field no_fields[] = { KD_FIELDS_END };

/* --- nouns ------------------------------------------------------------------------------------- */

const struct kd_field kd_space_name_fields[] = {
	KD_ID(struct kd_space_name, id, KD_REQUIRED, "Space."),
	KD_TEXT(struct kd_space_name, name, KD_REQUIRED, 1, 80, "Its name."),
	KD_FIELDS_END,
};

const struct kd_field kd_space_place_fields[] = {
	KD_ID(struct kd_space_place, id, KD_REQUIRED, "Space."),
	KD_TEXT(struct kd_space_place, name, KD_REQUIRED, 1, 80, "Its name."),
	KD_ENUM(struct kd_space_place, openness, KD_REQUIRED, openness_words, "Whom it is open to."),
	KD_FIELDS_END,
};

static const struct kd_field cohort_name_fields[] = {
	KD_ID(struct kd_cohort_name, id, KD_REQUIRED, "Cohort."),
	KD_TEXT(struct kd_cohort_name, name, KD_REQUIRED, 1, 80, "Its name."),
	KD_FIELDS_END,
};

static const struct kd_field member_name_fields[] = {
	KD_ID(struct kd_member_name, id, KD_REQUIRED, "Member."),
	KD_TEXT(struct kd_member_name, name, KD_REQUIRED, 1, 120, "Name."),
	KD_FIELDS_END,
};

/* space.get answers the same fields as a space and the members beside them. */
#define SPACE_FIELDS(T)                                                                                              \
	KD_ID(T, id, KD_REQUIRED, "Space."), KD_TEXT(T, name, KD_REQUIRED, 1, 80, "Name."),                          \
		KD_TEXT(T, description, KD_REQUIRED, 0, 500, "What it is for; may be empty."),                       \
		KD_ENUM(T, openness, KD_REQUIRED, openness_words, "Whom it is open to."),                            \
		KD_ENUM(T, track, KD_OPTIONAL, track_words, "The track it is open to, when openness is track."),     \
		KD_OPT_OBJECT(T, cohort, cohort_name_fields, "The cohort it is open to, when openness is cohort."),  \
		KD_INT(T, threads, 0, KD_MAX_SAFE_INT, "Threads in it."),                                            \
		KD_INT(T, boards, 0, KD_MAX_SAFE_INT, "Boards in it."),                                              \
		KD_BOOL(T, is_member, "Whether the caller is one of those it is for."),                              \
		KD_BOOL(T, may_moderate, "Whether the caller is its facilitator."),                                  \
		KD_BOOL(T, archived, "Readable, but nothing changes in it any more.")

static const struct kd_field space_fields[] = {
	SPACE_FIELDS(struct kd_space),
	KD_FIELDS_END,
};

static const struct kd_field post_fields[] = {
	KD_ID(struct kd_post, id, KD_REQUIRED, "Post."),
	KD_INT(struct kd_post, number, 1, KD_MAX_SAFE_INT, "1, 2, … within the thread."),
	KD_OBJECT(struct kd_post, author, kd_person_fields, "Who wrote it."),
	KD_ID(struct kd_post, reply_to, KD_OPTIONAL, "Post of the same thread that it answers."),
	KD_TEXT(struct kd_post, text, KD_REQUIRED, 0, KD_POST_MAX_BYTES, "Markdown as written; empty when deleted."),
	KD_TEXT(struct kd_post, html, KD_REQUIRED, 0, 9 * KD_POST_MAX_BYTES, "The same as safe HTML; empty when deleted."),
	KD_INT(struct kd_post, revision, 1, KD_MAX_SAFE_INT, "Rises with each edit."),
	KD_TIME(struct kd_post, created_at, "When it was written."),
	KD_OPT_TIME(struct kd_post, edited_at, "When it was last edited, if it was."),
	KD_BOOL(struct kd_post, deleted, "Only its place is left."),
	KD_FIELDS_END,
};

static const struct kd_field thread_item_fields[] = {
	KD_ID(struct kd_thread_item, id, KD_REQUIRED, "Thread."),
	KD_OBJECT(struct kd_thread_item, space, kd_space_name_fields, "Space it lies in."),
	KD_TEXT(struct kd_thread_item, title, KD_REQUIRED, 1, KD_TITLE_MAX, "Title."),
	KD_OBJECT(struct kd_thread_item, author, kd_person_fields, "Who began it."),
	KD_TEXT(struct kd_thread_item, excerpt, KD_REQUIRED, 0, KD_EXCERPT_MAX + 1,
		"How the first post begins, as plain text; empty when that was deleted."),
	KD_TIME(struct kd_thread_item, created_at, "When it was begun."),
	KD_TIME(struct kd_thread_item, last_post_at, "When the latest post was written."),
	KD_OBJECT(struct kd_thread_item, last_author, kd_person_fields, "Who wrote the latest post."),
	KD_INT(struct kd_thread_item, replies, 0, KD_MAX_SAFE_INT, "Posts after the first, without deleted ones."),
	KD_LIST_ID(struct kd_thread_item, organisations, KD_REQUIRED, ID_LIMIT, "Organisations whose people wrote in it."),
	KD_FIELDS_END,
};

static const struct kd_field thread_fields[] = {
	KD_ID(struct kd_thread, id, KD_REQUIRED, "Thread."),
	KD_OBJECT(struct kd_thread, space, kd_space_place_fields, "Space it lies in."),
	KD_TEXT(struct kd_thread, title, KD_REQUIRED, 1, KD_TITLE_MAX, "Title."),
	KD_OBJECT(struct kd_thread, created_by, kd_person_fields, "Who began it."),
	KD_TIME(struct kd_thread, created_at, "When it was begun."),
	KD_INT(struct kd_thread, posts, 0, KD_MAX_SAFE_INT, "Number of the latest post: how many were ever written."),
	KD_LIST_ID(struct kd_thread, organisations, KD_REQUIRED, ID_LIMIT, "Organisations whose people wrote in it."),
	KD_FIELDS_END,
};

const struct kd_field kd_space_snapshot_fields[] = {
	KD_OBJECT(struct kd_space_snapshot, space, space_fields, "The space."),
	KD_LIST(struct kd_space_snapshot, members, KD_OPTIONAL, ID_LIMIT, member_name_fields, "Who belongs to a private one."),
	KD_FIELDS_END,
};

const struct kd_field kd_thread_snapshot_fields[] = {
	KD_OBJECT(struct kd_thread_snapshot, thread, thread_fields, "The thread."),
	KD_LIST(struct kd_thread_snapshot, posts, KD_REQUIRED, KD_POSTS_A_PAGE, post_fields,
		"The latest posts by number: 50, or fewer when they are long. `post.list` reaches those before."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field space_created_event[] = {
	KD_ID(struct kd_space_created, space, KD_REQUIRED, "The new space."),
	KD_TEXT(struct kd_space_created, name, KD_REQUIRED, 1, 80, "Name."),
	KD_TEXT(struct kd_space_created, description, KD_REQUIRED, 0, 500, "What it is for."),
	KD_ENUM(struct kd_space_created, openness, KD_REQUIRED, openness_words, "Whom it is open to."),
	KD_ENUM(struct kd_space_created, track, KD_OPTIONAL, track_words, "The track it is open to."),
	KD_ID(struct kd_space_created, cohort, KD_OPTIONAL, "The cohort it is open to."),
	KD_FIELDS_END,
};
const struct kd_event kd_space_created = {
	.name = "space.created", .summary = "A space was made.",
	.fields = space_created_event, .size = sizeof(struct kd_space_created),
};

static const struct kd_field space_changed_event[] = {
	KD_ID(struct kd_space_changed, space, KD_REQUIRED, "The space."),
	KD_TEXT(struct kd_space_changed, name, KD_OPTIONAL, 1, 80, "New name."),
	KD_TEXT(struct kd_space_changed, description, KD_OPTIONAL, 0, 500, "New description."),
	KD_OPT_BOOL(struct kd_space_changed, archived, "Whether it is archived now."),
	KD_FIELDS_END,
};
const struct kd_event kd_space_changed = {
	.name = "space.changed", .summary = "What is given of a space is new.",
	.fields = space_changed_event, .size = sizeof(struct kd_space_changed),
};

static const struct kd_field space_joined_event[] = {
	KD_ID(struct kd_space_joined, space, KD_REQUIRED, "The private space."),
	KD_FIELDS_END,
};
const struct kd_event kd_space_joined = {
	.name = "space.joined", .summary = "The stream's member belongs to a private space from now on.",
	.fields = space_joined_event, .size = sizeof(struct kd_space_joined),
};
const struct kd_event kd_space_left = {
	.name = "space.left", .summary = "The stream's member no longer belongs to a private space.",
	.fields = space_joined_event, .size = sizeof(struct kd_space_joined),
};

static const struct kd_field thread_created_event[] = {
	KD_ID(struct kd_thread_created, thread, KD_REQUIRED, "The new thread."),
	KD_ID(struct kd_thread_created, space, KD_REQUIRED, "Space it lies in."),
	KD_TEXT(struct kd_thread_created, title, KD_REQUIRED, 1, KD_TITLE_MAX, "Title."),
	KD_FIELDS_END,
};
const struct kd_event kd_thread_created = {
	.name = "thread.created", .summary = "A thread was begun; its first post follows.",
	.fields = thread_created_event, .size = sizeof(struct kd_thread_created),
};

static const struct kd_field thread_renamed_event[] = {
	KD_TEXT(struct kd_thread_renamed, title, KD_REQUIRED, 1, KD_TITLE_MAX, "New title."),
	KD_FIELDS_END,
};
const struct kd_event kd_thread_renamed = {
	.name = "thread.renamed", .summary = "The thread has a new title.",
	.fields = thread_renamed_event, .size = sizeof(struct kd_thread_renamed),
};

static const struct kd_field post_created_event[] = {
	KD_OBJECT(struct kd_post_created, post, post_fields, "The new post. Its words are taken out of the journal when it is deleted."),
	KD_FIELDS_END,
};
const struct kd_event kd_post_created = {
	.name = "post.created", .summary = "A post was written.",
	.fields = post_created_event, .size = sizeof(struct kd_post_created),
};

static const struct kd_field post_edited_event[] = {
	KD_ID(struct kd_post_edited, post, KD_REQUIRED, "The post."),
	KD_TEXT(struct kd_post_edited, text, KD_REQUIRED, 0, KD_POST_MAX_BYTES, "New text; empty once the post was deleted."),
	KD_TEXT(struct kd_post_edited, html, KD_REQUIRED, 0, 9 * KD_POST_MAX_BYTES, "The same as safe HTML."),
	KD_INT(struct kd_post_edited, revision, 2, KD_MAX_SAFE_INT, "Its revision now."),
	KD_TIME(struct kd_post_edited, edited_at, "When."),
	KD_FIELDS_END,
};
const struct kd_event kd_post_edited = {
	.name = "post.edited", .summary = "A post's text is new.",
	.fields = post_edited_event, .size = sizeof(struct kd_post_edited),
};

static const struct kd_field post_deleted_event[] = {
	KD_ID(struct kd_post_deleted, post, KD_REQUIRED, "The post: its place is left, its text is gone."),
	KD_FIELDS_END,
};
const struct kd_event kd_post_deleted = {
	.name = "post.deleted", .summary = "A post was deleted.",
	.fields = post_deleted_event, .size = sizeof(struct kd_post_deleted),
};

const struct kd_event *const kd_talk_events[] = {
	&kd_space_created, &kd_space_changed, &kd_space_joined, &kd_space_left, &kd_thread_created, &kd_thread_renamed,
	&kd_post_created, &kd_post_edited, &kd_post_deleted, NULL,
};

/* --- spaces ------------------------------------------------------------------------------------ */

static const struct kd_field space_list_result[] = {
	KD_LIST(struct kd_space_list_result, spaces, KD_REQUIRED, ID_LIMIT, space_fields, "By name; archived ones last."),
	KD_FIELDS_END,
};
const struct kd_method kd_space_list = {
	.name = "space.list", .summary = "The spaces that the caller may read.",
	.params = no_fields, .params_size = 0,
	.result = space_list_result, .result_size = sizeof(struct kd_space_list_result),
};

static const struct kd_field space_get_params[] = {
	KD_ID(struct kd_space_get, space, KD_REQUIRED, "Space."),
	KD_FIELDS_END,
};
static const struct kd_field space_get_result[] = {
	SPACE_FIELDS(struct kd_space_get_result),
	KD_LIST(struct kd_space_get_result, members, KD_OPTIONAL, ID_LIMIT, member_name_fields, "Who belongs to a private one."),
	KD_FIELDS_END,
};
const struct kd_method kd_space_get = {
	.name = "space.get", .summary = "One space, and who belongs to it when it is private.",
	.params = space_get_params, .params_size = sizeof(struct kd_space_get),
	.result = space_get_result, .result_size = sizeof(struct kd_space_get_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND),
};

static const struct kd_field space_create_params[] = {
	KD_ID(struct kd_space_create, space, KD_REQUIRED, "Id of the new space, made by the client."),
	KD_TEXT(struct kd_space_create, name, KD_REQUIRED, 1, 80, "Name, one line."),
	KD_TEXT(struct kd_space_create, description, KD_OPTIONAL, 0, 500, "What it is for."),
	KD_ENUM(struct kd_space_create, openness, KD_REQUIRED, openness_words, "Whom it is open to."),
	KD_ENUM(struct kd_space_create, track, KD_OPTIONAL, track_words, "With openness track, and only then: which."),
	KD_ID(struct kd_space_create, cohort, KD_OPTIONAL, "With openness cohort, and only then: which."),
	KD_ID(struct kd_space_create, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_space_create = {
	.name = "space.create", .summary = "Make a space.",
	.doc = "Any member may make a private space and becomes its facilitator and first member. Spaces of the network or "
	       "a track are made by administrators and network facilitators, a cohort's by its facilitators as well.",
	.params = space_create_params, .params_size = sizeof(struct kd_space_create),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_space_created,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field space_update_params[] = {
	KD_ID(struct kd_space_update, space, KD_REQUIRED, "Space."),
	KD_TEXT(struct kd_space_update, name, KD_OPTIONAL, 1, 80, "New name, one line."),
	KD_TEXT(struct kd_space_update, description, KD_OPTIONAL, 0, 500, "New description."),
	KD_OPT_BOOL(struct kd_space_update, archived, "True: nothing changes in it any more; false: it does again."),
	KD_ID(struct kd_space_update, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_space_update = {
	.name = "space.update", .summary = "Change what a space is called and said to be for, or archive it.",
	.doc = "For its facilitators. What is not given stays as it is.",
	.params = space_update_params, .params_size = sizeof(struct kd_space_update),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_space_changed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN), .has_op = true,
};

static const struct kd_field space_member_params[] = {
	KD_ID(struct kd_space_member, space, KD_REQUIRED, "A private space."),
	KD_ID(struct kd_space_member, member, KD_REQUIRED, "Who."),
	KD_ID(struct kd_space_member, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_space_add_member = {
	.name = "space.add_member", .summary = "Take a member into a private space.",
	.doc = "For its facilitators. The event goes to the member's own stream.",
	.params = space_member_params, .params_size = sizeof(struct kd_space_member),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_space_joined,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};
const struct kd_method kd_space_remove_member = {
	.name = "space.remove_member", .summary = "Take a member out of a private space.",
	.doc = "For its facilitators, and for the member. The event goes to the member's own stream; what the member "
	       "has open of the space is closed.",
	.params = space_member_params, .params_size = sizeof(struct kd_space_member),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_space_left,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

/* --- threads ----------------------------------------------------------------------------------- */

static const struct kd_field thread_list_params[] = {
	KD_ID(struct kd_thread_list, space, KD_OPTIONAL, "Only this space's."),
	KD_ENUM(struct kd_thread_list, filter, KD_OPTIONAL, filter_words,
		"`mine`: those the caller wrote in; `unanswered`: those without a reply; `all` when absent."),
	KD_OPT_INT(struct kd_thread_list, limit, 1, 50, "How many; 20 when absent."),
	KD_TEXT(struct kd_thread_list, after, KD_OPTIONAL, 1, 64, "`next` of the page before."),
	KD_FIELDS_END,
};
static const struct kd_field thread_list_result[] = {
	KD_LIST(struct kd_thread_list_result, threads, KD_REQUIRED, 50, thread_item_fields, "Latest post first."),
	KD_TEXT(struct kd_thread_list_result, next, KD_OPTIONAL, 1, 64, "Where the next page begins; absent on the last."),
	KD_FIELDS_END,
};
const struct kd_method kd_thread_list = {
	.name = "thread.list", .summary = "The threads that the caller may read, latest post first.",
	.params = thread_list_params, .params_size = sizeof(struct kd_thread_list),
	.result = thread_list_result, .result_size = sizeof(struct kd_thread_list_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND),
};

static const struct kd_field thread_create_params[] = {
	KD_ID(struct kd_thread_create, thread, KD_REQUIRED, "Id of the new thread, made by the client."),
	KD_ID(struct kd_thread_create, post, KD_REQUIRED, "Id of its first post, made by the client."),
	KD_ID(struct kd_thread_create, space, KD_REQUIRED, "Space it lies in."),
	KD_TEXT(struct kd_thread_create, title, KD_REQUIRED, 1, KD_TITLE_MAX, "Title, one line."),
	KD_TEXT(struct kd_thread_create, text, KD_REQUIRED, 1, KD_POST_MAX_BYTES, "First post, in Markdown; at most 32,768 bytes."),
	KD_ID(struct kd_thread_create, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_thread_create = {
	.name = "thread.create", .summary = "Begin a thread with its first post.",
	.doc = "The stream of the thread begins with `thread.created` and `post.created`.",
	.params = thread_create_params, .params_size = sizeof(struct kd_thread_create),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_thread_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field thread_rename_params[] = {
	KD_ID(struct kd_thread_rename, thread, KD_REQUIRED, "Thread."),
	KD_TEXT(struct kd_thread_rename, title, KD_REQUIRED, 1, KD_TITLE_MAX, "New title, one line."),
	KD_ID(struct kd_thread_rename, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_thread_rename = {
	.name = "thread.rename", .summary = "Give a thread another title.", .doc = "For who began it and for facilitators of its space.",
	.params = thread_rename_params, .params_size = sizeof(struct kd_thread_rename),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_thread_renamed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN), .has_op = true,
};

/* --- posts ------------------------------------------------------------------------------------- */

static const struct kd_field post_list_params[] = {
	KD_ID(struct kd_post_list, thread, KD_REQUIRED, "Thread."),
	KD_INT(struct kd_post_list, before, 1, KD_MAX_SAFE_INT, "Posts with smaller numbers than this."),
	KD_OPT_INT(struct kd_post_list, limit, 1, KD_POSTS_A_PAGE, "How many; 50 when absent."),
	KD_FIELDS_END,
};
static const struct kd_field post_list_result[] = {
	KD_LIST(struct kd_post_list_result, posts, KD_REQUIRED, KD_POSTS_A_PAGE, post_fields,
		"By number, the latest of those asked for; fewer than asked when they are long."),
	KD_FIELDS_END,
};
const struct kd_method kd_post_list = {
	.name = "post.list", .summary = "Earlier posts of a thread.",
	.params = post_list_params, .params_size = sizeof(struct kd_post_list),
	.result = post_list_result, .result_size = sizeof(struct kd_post_list_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND),
};

static const struct kd_field post_create_params[] = {
	KD_ID(struct kd_post_create, thread, KD_REQUIRED, "Thread."),
	KD_ID(struct kd_post_create, post, KD_REQUIRED, "Id of the new post, made by the client."),
	KD_TEXT(struct kd_post_create, text, KD_REQUIRED, 1, KD_POST_MAX_BYTES, "Markdown; at most 32,768 bytes."),
	KD_ID(struct kd_post_create, reply_to, KD_OPTIONAL, "Post of the same thread that it answers."),
	KD_ID(struct kd_post_create, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
static const struct kd_field post_create_result[] = {
	KD_INT(struct kd_post_create_result, seq, 1, KD_MAX_SAFE_INT, "The stream's number of the event."),
	KD_INT(struct kd_post_create_result, number, 1, KD_MAX_SAFE_INT, "The post's number in the thread."),
	KD_FIELDS_END,
};
const struct kd_method kd_post_create = {
	.name = "post.create", .summary = "Write in a thread.",
	.params = post_create_params, .params_size = sizeof(struct kd_post_create),
	.result = post_create_result, .result_size = sizeof(struct kd_post_create_result), .emits = &kd_post_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field post_edit_params[] = {
	KD_ID(struct kd_post_edit, thread, KD_REQUIRED, "Thread."),
	KD_ID(struct kd_post_edit, post, KD_REQUIRED, "One's own post."),
	KD_TEXT(struct kd_post_edit, text, KD_REQUIRED, 1, KD_POST_MAX_BYTES, "New text in Markdown; at most 32,768 bytes."),
	KD_INT(struct kd_post_edit, revision, 1, KD_MAX_SAFE_INT, "Revision that the new text is based on."),
	KD_ID(struct kd_post_edit, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
static const struct kd_field post_edit_result[] = {
	KD_INT(struct kd_post_edit_result, seq, 1, KD_MAX_SAFE_INT, "The stream's number of the event."),
	KD_INT(struct kd_post_edit_result, revision, 2, KD_MAX_SAFE_INT, "Its revision now."),
	KD_FIELDS_END,
};
const struct kd_method kd_post_edit = {
	.name = "post.edit", .summary = "Change one's own post.",
	.doc = "`conflict` when the post has been edited since the revision that the new text is based on.",
	.params = post_edit_params, .params_size = sizeof(struct kd_post_edit),
	.result = post_edit_result, .result_size = sizeof(struct kd_post_edit_result), .emits = &kd_post_edited,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field post_delete_params[] = {
	KD_ID(struct kd_post_delete, thread, KD_REQUIRED, "Thread."),
	KD_ID(struct kd_post_delete, post, KD_REQUIRED, "Post."),
	KD_ID(struct kd_post_delete, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_post_delete = {
	.name = "post.delete", .summary = "Delete a post: its place stays, its words go, in the journal too.",
	.doc = "For its author and for facilitators of the space.",
	.params = post_delete_params, .params_size = sizeof(struct kd_post_delete),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_post_deleted,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN), .has_op = true,
};

static const struct kd_field post_preview_params[] = {
	KD_TEXT(struct kd_post_preview, text, KD_REQUIRED, 0, KD_POST_MAX_BYTES, "Markdown; at most 32,768 bytes."),
	KD_FIELDS_END,
};
static const struct kd_field post_preview_result[] = {
	KD_TEXT(struct kd_post_preview_result, html, KD_REQUIRED, 0, 9 * KD_POST_MAX_BYTES, "Safe HTML."),
	KD_FIELDS_END,
};
const struct kd_method kd_post_preview = {
	.name = "post.preview", .summary = "What a post would look like; nothing is kept.",
	.params = post_preview_params, .params_size = sizeof(struct kd_post_preview),
	.result = post_preview_result, .result_size = sizeof(struct kd_post_preview_result),
};

const struct kd_method *const kd_talk_methods[] = {
	&kd_space_list, &kd_space_get, &kd_space_create, &kd_space_update, &kd_space_add_member, &kd_space_remove_member,
	&kd_thread_list, &kd_thread_create, &kd_thread_rename, &kd_post_list, &kd_post_create, &kd_post_edit,
	&kd_post_delete, &kd_post_preview, NULL,
};
