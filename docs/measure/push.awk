# A pendulum with friction, its bob pushed sideways by a known force: 25 trials.
function f(s, u, d) { d[1] = s[2]; d[2] = -2*sin(s[1]) - 0.1*s[2] + u*cos(s[1]) }
function push(n, t) { return a[n]*sin(w[n]*t + c[n]) + b[n]*sin(2.3*w[n]*t) }
BEGIN {
    print "trial,t,theta,p,u"; h = 0.01; srand(1)
    for (n = 0; n < 25; n++) {
        a[n] = 0.6*rand(); b[n] = 0.3*rand(); w[n] = 0.5 + 2*rand(); c[n] = 6.3*rand()
        s[1] = 2*rand() - 1; s[2] = 2*rand() - 1
        for (k = 0; k <= 2000; k++) {
            if (k % 10 == 0) {
                u = push(n, k*h); du = (push(n, (k + 10)*h) - u)/10 # a line between samples
                printf "%d,%.1f,%.9f,%.9f,%.9f\n", n, k*h, s[1], s[2], u
            }
            f(s, u, A); for (i in s) y[i] = s[i] + h/2*A[i]
            f(y, u + du/2, B); for (i in s) y[i] = s[i] + h/2*B[i]
            f(y, u + du/2, C); for (i in s) y[i] = s[i] + h*C[i]
            f(y, u + du, D); for (i in s) s[i] += h/6*(A[i] + 2*B[i] + 2*C[i] + D[i])
            u += du
        }
    }
}
