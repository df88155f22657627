// Owns what the dashboard's panels show in which colour and word.
// Never asks for a series.

export const OK = "green";
export const BAD = "red";
export const COUNT_OF_ONE = [[null, BAD], [1, OK], [2, BAD]] as const;
export const FORGES = { 0: ["stands by", "blue"], 1: ["forges", OK] } as const;
export const WELL = { 0: ["no", BAD], 1: ["yes", OK] } as const;
export const LEADS = { 0: ["follows", "text"], 1: ["leads", OK] } as const;
