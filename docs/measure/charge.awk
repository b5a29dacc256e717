# A charged particle in the plane, B = 1, in an anharmonic well: positions and velocities.
function f(s, d) {
    k = 1 + (s[1]^2 + s[2]^2) / 4
    d[1] = s[3]; d[2] = s[4]; d[3] = -k*s[1] + s[4]; d[4] = -k*s[2] - s[3]
}
BEGIN {
    print "trial,t,x,y,vx,vy"; h = 0.005; srand(1)
    for (n = 0; n < 25; n++) {
        for (i = 1; i <= 4; i++) s[i] = 2*rand() - 1
        for (k0 = 0; k0 < 1200; k0++) {
            if (k0 % 20 == 0) printf "%d,%.1f,%.9f,%.9f,%.9f,%.9f\n", n, k0*h, s[1], s[2], s[3], s[4]
            f(s, a); for (i in s) u[i] = s[i] + h/2*a[i]
            f(u, b); for (i in s) s[i] += h*b[i]
        }
    }
}
