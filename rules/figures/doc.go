// Package figures reads, checks and adds up the numbers that officials hand in. It is pure.
//
// Numbers are written the Vietnamese way: dots between groups of three digits, a comma before the decimals ("1.234,5"). A figure
// that nobody gave is not zero: [Sum] adds what was given and names who gave nothing.
package figures
