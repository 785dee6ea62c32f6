/**
 * Public half of the published sample key, `tests/sample/age.key`. Whatever is encrypted to it can be read by everybody: a tree that holds
 * anything of the kind must not be bootstrapped.
 */
export const SAMPLE_RECIPIENT = 'age1r2e5wj5zqdt7wlvl2cn8cmuzs5r3a3yfqfvxc7qr3gky5h2y7sgsgdn2m3';
