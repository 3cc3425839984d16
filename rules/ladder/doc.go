// Package ladder decides which reminder or escalation (mức nhắc) a case carries out next, and how late a case is. It is pure: policy,
// state and moment in, decision out.
//
// Rungs leave at 06:00 in Asia/Ho_Chi_Minh and only on days on which offices surely work. A rung is carried out once in a round.
package ladder
