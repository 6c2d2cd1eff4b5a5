/* talk.h - spaces, threads and posts as they travel. The field tables are in talk.c. */
#ifndef PROTOCOL_TALK_H
#define PROTOCOL_TALK_H
#include "protocol/kd.h"
#include "protocol/person.h"

/* --- nouns ------------------------------------------------------------------------------------- */

/* A space as far as a thread or a board that lies in it needs to say. */
struct kd_space_name {
	const char *id, *name;
};
struct kd_space_place {
	const char *id, *name, *openness;
};
struct kd_cohort_name {
	const char *id, *name;
};
struct kd_member_name {
	const char *id, *name;
};
struct kd_member_names {
	size_t count;
	struct kd_member_name *items;
};

struct kd_space {
	const char *id, *name, *description, *openness, *track;
	struct kd_cohort_name *cohort;
	int64_t threads, boards;
	bool is_member, may_moderate, archived;
};
struct kd_spaces {
	size_t count;
	struct kd_space *items;
};

struct kd_post {
	const char *id;
	int64_t number;
	struct kd_person author;
	const char *reply_to, *text, *html;
	int64_t revision, created_at;
	struct kd_opt_int edited_at;
	bool deleted;
};
struct kd_posts {
	size_t count;
	struct kd_post *items;
};

struct kd_thread_item { /* a row of thread.list */
	const char *id;
	struct kd_space_name space;
	const char *title;
	struct kd_person author;
	const char *excerpt;
	int64_t created_at, last_post_at;
	struct kd_person last_author;
	int64_t replies;
	struct kd_ids organisations;
};
struct kd_thread_items {
	size_t count;
	struct kd_thread_item *items;
};

struct kd_thread {
	const char *id;
	struct kd_space_place space;
	const char *title;
	struct kd_person created_by;
	int64_t created_at, posts;
	struct kd_ids organisations;
};

/* --- snapshots --------------------------------------------------------------------------------- */

struct kd_space_snapshot { /* also what space.get answers */
	struct kd_space space;
	struct kd_member_names members;
};
struct kd_thread_snapshot {
	struct kd_thread thread;
	struct kd_posts posts;
};
extern const struct kd_field kd_space_snapshot_fields[];
extern const struct kd_field kd_thread_snapshot_fields[];
extern const struct kd_field kd_space_place_fields[]; /* boards lie in spaces too */
extern const struct kd_field kd_space_name_fields[];

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_space_list_result {
	struct kd_spaces spaces;
};
struct kd_space_get {
	const char *space;
};
struct kd_space_get_result { /* struct kd_space, and the members of a private one */
	const char *id, *name, *description, *openness, *track;
	struct kd_cohort_name *cohort;
	int64_t threads, boards;
	bool is_member, may_moderate, archived;
	struct kd_member_names members;
};
struct kd_space_create {
	const char *space, *name, *description, *openness, *track, *cohort, *op;
};
struct kd_space_update {
	const char *space, *name, *description;
	struct kd_opt_bool archived;
	const char *op;
};
struct kd_space_member { /* space.add_member, space.remove_member */
	const char *space, *member, *op;
};

struct kd_thread_list {
	const char *space, *filter;
	struct kd_opt_int limit;
	const char *after;
};
struct kd_thread_list_result {
	struct kd_thread_items threads;
	const char *next;
};
struct kd_thread_create {
	const char *thread, *post, *space, *title, *text, *op;
};
struct kd_thread_rename {
	const char *thread, *title, *op;
};

struct kd_post_list {
	const char *thread;
	int64_t before;
	struct kd_opt_int limit;
};
struct kd_post_list_result {
	struct kd_posts posts;
};
struct kd_post_create {
	const char *thread, *post, *text, *reply_to, *op;
};
struct kd_post_create_result {
	int64_t seq, number;
};
struct kd_post_edit {
	const char *thread, *post, *text;
	int64_t revision;
	const char *op;
};
struct kd_post_edit_result {
	int64_t seq, revision;
};
struct kd_post_delete {
	const char *thread, *post, *op;
};
struct kd_post_preview {
	const char *text;
};
struct kd_post_preview_result {
	const char *html;
};

/* --- events ------------------------------------------------------------------------------------ */

struct kd_space_created {
	const char *space, *name, *description, *openness, *track, *cohort;
};
struct kd_space_changed {
	const char *space, *name, *description;
	struct kd_opt_bool archived;
};
struct kd_space_joined { /* and left: on the member's own stream */
	const char *space;
};
struct kd_thread_created {
	const char *thread, *space, *title;
};
struct kd_thread_renamed {
	const char *title;
};
struct kd_post_created {
	struct kd_post post;
};
struct kd_post_edited {
	const char *post, *text, *html;
	int64_t revision, edited_at;
};
struct kd_post_deleted {
	const char *post;
};

extern const struct kd_event kd_space_created, kd_space_changed, kd_space_joined, kd_space_left;
extern const struct kd_event kd_thread_created, kd_thread_renamed;
extern const struct kd_event kd_post_created, kd_post_edited, kd_post_deleted;
extern const struct kd_event *const kd_talk_events[];

extern const struct kd_method kd_space_list, kd_space_get, kd_space_create, kd_space_update, kd_space_add_member,
	kd_space_remove_member;
extern const struct kd_method kd_thread_list, kd_thread_create, kd_thread_rename;
extern const struct kd_method kd_post_list, kd_post_create, kd_post_edit, kd_post_delete, kd_post_preview;
extern const struct kd_method *const kd_talk_methods[];

#define KD_TITLE_MAX 200         /* code points of a thread's title */
#define KD_POST_MAX_BYTES 32768  /* of Markdown */
#define KD_POSTS_A_PAGE 50
#define KD_EXCERPT_MAX 240       /* code points */

#endif
