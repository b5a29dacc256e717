package file

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestColumnsAreRecognised(t *testing.T) {
	for _, test := range []struct {
		header string
		given  Columns
		want   string // time | trial | q | p | dq | dp | ignored
	}{
		{"t,q,p", Columns{}, "t||q|p|||"},
		{"Time,Trial,Q1,Q2,P1,P2", Columns{}, "Time|Trial|Q1,Q2|P1,P2|||"},
		{"time (s),angle [rad],omega [rad/s]", Columns{}, "time (s)||angle [rad]|omega [rad/s]|||"},
		{"t_s,x_m,v_m", Columns{}, "t_s||x_m|v_m|||"},
		{"episode,t,o1,o2,w1,w2", Columns{}, "t|episode|o1,o2|w1,w2|||"},
		{"run_id,t,theta,omega,torque", Columns{}, "t|run_id|theta|omega||||torque"},
		{"t,position,velocity", Columns{}, "t||position|velocity|||"},
		{"t,theta,angular velocity", Columns{}, "t||theta|angular velocity|||"},
		{"t,q", Columns{}, "t||q||||"},
		{"t,x,y,z", Columns{}, "t||x,y,z||||"},
		{"t,x,temperature,pressure", Columns{}, "t||x||||temperature,pressure"},
		// Pairs that the names tell, whatever their order.
		{"t,q1,p1,q2,p2", Columns{}, "t||q1,q2|p1,p2|||"},
		{"t,q2,q1,p1,p2", Columns{}, "t||q2,q1|p2,p1|||"},
		{"t,x,vx,y,vy", Columns{}, "t||x,y|vx,vy|||"},
		{"t,x,y,vy,vx", Columns{}, "t||x,y|vx,vy|||"},
		{"t,x1,x2,y1,y2,vx1,vx2,vy1,vy2", Columns{}, "t||x1,x2,y1,y2|vx1,vx2,vy1,vy2|||"},
		{"t,qx,qy,py,px", Columns{}, "t||qx,qy|px,py|||"},
		{"t,x,y,theta,omega,vx,vy", Columns{}, "t||x,y,theta|vx,vy,omega|||"},
		{"t,theta,phi,p_phi,p_theta", Columns{}, "t||theta,phi|p_theta,p_phi|||"},
		{"t,theta,phi,v,w", Columns{}, "t||theta,phi|v,w|||"},
		{"t,q_a,q_b,p_b,p_a", Columns{}, "t||q_a,q_b|p_a,p_b|||"},
		// Places on a grid, and columns sorted as words.
		{"t,q1_1,q1_2,q2_1,q2_2,p1_1,p1_2,p2_1,p2_2", Columns{}, "t||q1_1,q1_2,q2_1,q2_2|p1_1,p1_2,p2_1,p2_2|||"},
		{"t,q_0_0,q_0_1,v_0_1,v_0_0", Columns{}, "t||q_0_0,q_0_1|v_0_0,v_0_1|||"},
		{"t,q[0][0],q[0][1],p[0][1],p[0][0]", Columns{}, "t||q[0][0],q[0][1]|p[0][0],p[0][1]|||"},
		{"t,q1_11,q11_1,p11_1,p1_11", Columns{}, "t||q1_11,q11_1|p1_11,p11_1|||"},
		// Of bodies, of fields.
		{"t,mass1_x,mass2_x,mass1_v,mass2_v", Columns{}, "t||mass1_x,mass2_x|mass1_v,mass2_v|||"},
		{"t,site_1_q (m),site_1_p,site_2_q (m),site_2_p", Columns{}, "t||site_1_q (m),site_2_q (m)|site_1_p,site_2_p|||"},
		{"t,body1_x,body1_y,body1_vx,body1_vy", Columns{}, "t||body1_x,body1_y|body1_vx,body1_vy|||"},
		{"t,phi_1,phi_2,phi_dot_1,phi_dot_2", Columns{}, "t||phi_1,phi_2|phi_dot_1,phi_dot_2|||"},
		{"t,theta1,theta2,thetadot1,thetadot2,thetaddot1,thetaddot2", Columns{}, "t||theta1,theta2|thetadot1,thetadot2|thetadot1,thetadot2|thetaddot1,thetaddot2|"},
		{"t,q4,q2,q1,q3,p1,p2,p4,p3", Columns{}, "t||q1,q2,q3,q4|p1,p2,p3,p4|||"},
		{"t,q_4,q_2,q_1,q_3", Columns{}, "t||q_1,q_2,q_3,q_4||||"},
		{"t,q1_1,q2_1,q1_2,q2_2,p1_1,p2_1,p1_2,p2_2", Columns{}, "t||q1_1,q2_1,q1_2,q2_2|p1_1,p2_1,p1_2,p2_2|||"},
		{"t,phi(0),phi(0.5),phi(1),phi(1.5),pi(1),pi(1.5),pi(0),pi(0.5)", Columns{}, "t||phi(0),phi(0.5),phi(1),phi(1.5)|pi(0),pi(0.5),pi(1),pi(1.5)|||"},
		{"t,u(x=-1),u(x=-0.5),u(x=0),u(x=.5),ut(x=-1),ut(x=-0.5),ut(x=0),ut(x=.5)", Columns{}, "t||u(x=-1),u(x=-0.5),u(x=0),u(x=.5)|ut(x=-1),ut(x=-0.5),ut(x=0),ut(x=.5)|||"},
		{"t,phi1,phi2,pi2,pi1", Columns{}, "t||phi1,phi2|pi1,pi2|||"},
		{"t,x (1),v (1)", Columns{}, "t||x (1)|v (1)|||"},
		{"t,phi,pi", Columns{}, "t||phi|pi|||"},
		{"t,u1,u2,u3,u4,v1,v2,v3,v4", Columns{}, "t||u1,u2,u3,u4|v1,v2,v3,v4|||"},
		{"t,u1,u2,u3,u4,ut1,ut2,ut3,ut4", Columns{}, "t||u1,u2,u3,u4|ut1,ut2,ut3,ut4|||"},
		{"t,x1,x2,v1,v2,u1,u2", Columns{}, "t||x1,x2|v1,v2||||u1,u2"},
		{"p1,p10,p2,q1,q10,q2,t", Columns{}, "t||q1,q2,q10|p1,p2,p10|||"},
		{"p1,p10,p2,q1,q10,q2,t", Columns{Q: []string{"q1", "q10", "q2"}}, "t||q1,q10,q2|p1,p10,p2|||"},
		// Derivatives.
		{"t,q,p,dq,dp", Columns{}, "t||q|p|dq|dp|"},
		{"t,q,dq/dt,p,dp/dt", Columns{}, "t||q|p|dq/dt|dp/dt|"},
		{"t,q,p,q_dot,p_dot", Columns{}, "t||q|p|q_dot|p_dot|"},
		{"t,theta,omega,thetadot,omegadot", Columns{}, "t||theta|omega|thetadot|omegadot|"},
		{"t,theta,omega,dtheta_dt,domega_dt", Columns{}, "t||theta|omega|dtheta_dt|domega_dt|"},
		{"t,x,v,a", Columns{}, "t||x|v|v|a|"},
		{"t,x,y,vx,vy,ax,ay", Columns{}, "t||x,y|vx,vy|vx,vy|ax,ay|"},
		// Velocities instead of momenta.
		{"t,theta,theta_dot", Columns{}, "t||theta|theta_dot|||"},
		{"t,q1,q2,dq1,dq2", Columns{}, "t||q1,q2|dq1,dq2|||"},
		{"t,q,dq,ddq", Columns{}, "t||q|dq|dq|ddq|"},
		{"t,theta,theta_dot,theta_ddot", Columns{}, "t||theta|theta_dot|theta_dot|theta_ddot|"},
		// Columns that are named.
		{"t,alpha,rate", Columns{Q: []string{"alpha"}, P: []string{"rate"}}, "t||alpha|rate|||"},
		{"t,alpha,rate", Columns{Q: []string{"alpha"}}, "t||alpha||||rate"},
		{"t,alpha,rate", Columns{Q: []string{"2"}, P: []string{"3"}}, "t||alpha|rate|||"},
		{"clock,frame,x,v", Columns{Time: "frame"}, "frame||x|v|||clock"},
		{"time,t,x,v", Columns{Time: "t"}, "t||x|v|||time"},
		{"t,x,p,v", Columns{P: []string{"v"}}, "t||x|v|||p"},
		{"t,q1,q2,p1,p2", Columns{Q: []string{"q2"}, P: []string{"p2"}}, "t||q2|p2|||q1,p1"},
		{"t,x,v,f,g", Columns{DQ: []string{"f"}, DP: []string{"g"}}, "t||x|v|f|g|"},
		{"t,theta,theta_dot,acc", Columns{P: []string{"theta_dot"}, DP: []string{"acc"}}, "t||theta|theta_dot|theta_dot|acc|"},
		{"t,x,rate", Columns{DQ: []string{"rate"}}, "t||x|rate|||"},
		{"t,run,x,v", Columns{Trial: "run"}, "t|run|x|v|||"},
		// Inputs.
		{"t,x,v,u", Columns{}, "t||x|v||||u"},
		{"t,x,Force [N]", Columns{}, "t||x|||||Force [N]"},
		{"t,q1,q2,p1,p2,u_1,u_2", Columns{}, "t||q1,q2|p1,p2||||u_1,u_2"},
		{"t,x,v,motor,u", Columns{Input: []string{"motor"}}, "t||x|v|||u|motor"},
		{"t,x,v,u", Columns{Input: []string{"none"}}, "t||x|v|||u"},
		{"t,x,v,u,none", Columns{Input: []string{"none"}}, "t||x|v|||u|none"},
		{"t,theta,omega,volts", Columns{}, "t||theta|omega||||volts"},
		{"t,theta,omega,Motor current (A)", Columns{}, "t||theta|omega||||Motor current (A)"},
		{"t,theta,omega,current,voltage", Columns{}, "t||theta|omega|||current|voltage"},
		{"t,q,p,current", Columns{}, "t||q|p|||current"},
		{"t,theta,omega,pwm", Columns{Input: []string{"none"}}, "t||theta|omega|||pwm"},
		{"t,x1,x2,ground_acc", Columns{}, "t||x1,x2|||||ground_acc"},
		{"t,theta,base_acceleration", Columns{}, "t||theta|||||base_acceleration"},
		{"t,theta,omega,base", Columns{}, "t||theta|omega|||base"},
		{"t,theta,omega,motor", Columns{}, "t||theta|omega|||motor"},
		{"1,2,3,4", Columns{Time: "1", Q: []string{"2"}, P: []string{"3"}, Input: []string{"4"}}, "1||2|3||||4"},
	} {
		header := strings.Split(test.header, ",")
		r, err := test.given.resolve(header)
		if err != nil {
			t.Errorf("%s: %v", test.header, err)
			continue
		}
		m := newMapping("", "", header, r)
		join := func(names []string) string { return strings.Join(names, ",") }
		got := strings.Join([]string{m.Time, m.Trial, join(m.Q), join(m.P), join(m.DQ), join(m.DP), join(m.Ignored)}, "|")
		if m.Input != nil {
			got += "|" + join(m.Input)
		}
		if got != test.want {
			t.Errorf("%s (%+v): got %s, want %s", test.header, test.given, got, test.want)
		}
	}
}

func TestVelocitiesAreKnownByTheirNames(t *testing.T) {
	for header, want := range map[string]bool{
		"t,q,p": false, "t,x,v": true, "t,theta,omega": true, "t,x,px": false, "t,theta,theta_dot": true,
		"t,x,dx": true, "t,q1,q2,v1,p2": false, "t,q,p,dq,dp": false,
	} {
		r, err := new(Columns).resolve(strings.Split(header, ","))
		if err != nil || r.velocities != want {
			t.Errorf("%s: %+v, %v, want velocities: %v", header, r, err, want)
		}
	}
}

// A current beside a charge is its rate, so that a circuit is read like a pendulum.
func TestCircuits(t *testing.T) {
	set, m, err := Decode(strings.NewReader("trial,t,charge (C),current (A)\n0,0,1e-6,0\n0,1e-6,0.9e-6,-0.1\n0,2e-6,0.7e-6,-0.2\n0,3e-6,0.5e-6,-0.25\n"), "lc.csv", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if set.Dim != 2 || !m.Velocities || set.X[2] != 0.9e-6 || set.X[3] != -0.1 {
		t.Errorf("%+v, velocities %v", set, m.Velocities)
	}
}

// Voltages and currents that are no pair are no velocities, and days are the times where nothing else is: the advice names the
// columns of the state alone.
func TestStatesOfOtherFields(t *testing.T) {
	const rows = "\n0,0,1,0,2,3\n0,1,0.9,-0.1,2.1,4\n0,2,0.7,-0.2,2.3,3\n0,3,0.5,-0.25,2.2,1\n"
	for header, want := range map[string]string{
		"trial,t,V1 (V),V2 (V),I1 (A),I2 (A)": "--x 'V1 (V),V2 (V),I1 (A),I2 (A)'",
		"trial,day,S,I,R,D":                   "--x S,I,R,D",
	} {
		if _, _, err := Decode(strings.NewReader(header+rows), "rows.csv", ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", header, err, want)
		}
	}
	set, _, err := Decode(strings.NewReader("trial,t,theta,omega,drive,day"+rows), "rows.csv", ReadOptions{})
	if err != nil || len(set.InputNames) != 1 || set.InputNames[0] != "drive" || set.Dim != 2 {
		t.Errorf("a drive is %+v, %v", set, err)
	}
}

// Words or units say which columns are a state of a circuit, a tank or a resonator; alpha beside its own rate is an angle.
func TestPairsOfTheField(t *testing.T) {
	const rows = "\n0,0,1e-3,0,2,3\n0,1e-2,0.9e-3,-0.1,2.1,4\n0,2e-2,0.7e-3,-0.2,2.3,3\n0,3e-2,0.5e-3,-0.25,2.2,1\n"
	for _, c := range []struct {
		header string
		names  []string
	}{
		{"q1 (C),q2 (C),i1 (A),i2 (A)", []string{"q1 (C)", "q2 (C)", "i1 (A)", "i2 (A)"}},
		{"pressure (Pa),flow (m^3/s),pressure 2 (Pa),flow 2 (m^3/s)", []string{"pressure (Pa)", "pressure 2 (Pa)", "flow (m^3/s)", "flow 2 (m^3/s)"}},
		{"alpha,beta,alpha_dot,beta_dot", []string{"alpha", "beta", "alpha_dot", "beta_dot"}},
		{"r,theta,r_dot,theta_dot", []string{"r", "theta", "r_dot", "theta_dot"}},
		{"theta,rho,dtheta,drho", []string{"theta", "rho", "dtheta", "drho"}},
		{"floor1_mm,floor2_mm,floor1_velocity_mm_s,floor2_velocity_mm_s", []string{"floor1_m", "floor2_m", "floor1_velocity_m_s", "floor2_velocity_m_s"}},
	} {
		set, m, err := Decode(strings.NewReader("trial,t,"+c.header+rows), "rows.csv", ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		if !slices.Equal(set.Names, c.names) || set.PositionsOnly {
			t.Errorf("%s: the state is %q, %v", c.header, set.Names, m)
		}
	}
}

// What cannot be told is an error that lists the candidates and shows the flag.
func TestAmbiguousColumns(t *testing.T) {
	for _, test := range []struct {
		header string
		given  Columns
		want   []string
	}{
		{"t,time,q,p", Columns{}, []string{`"t", "time"`, "--time"}},
		{"t,trial,run,q,p", Columns{}, []string{`"trial", "run"`, "--trial"}},
		{"t,q,p,v", Columns{}, []string{`"q"`, `"p", "v"`, "--p"}},
		{"t,q1,q2,p1", Columns{}, []string{`"q1", "q2"`, `"p1"`, "--q"}},
		{"t,angle,rate", Columns{}, []string{`"angle"`, `"rate"`, "--p rate", "--q angle"}},
		{"t,a,b", Columns{}, []string{`"a", "b"`, "--q", "--x a,b"}},
		{"t,p", Columns{}, []string{"no column is recognised as a position"}},
		{"t,q,p,dq", Columns{}, []string{"1 of the 2 states", `"dq"`}},
		{"t,q,p,dq", Columns{Q: []string{"q"}, DQ: []string{"q"}, DP: []string{"dq"}}, []string{`"q" is to be q and dq`}},
		{"t,q,p", Columns{Time: "q"}, []string{`no column is recognised`}},
		{"t,q,p", Columns{P: []string{"r"}}, []string{`no column "r"`, `"t", "q", "p"`}},
		{"t,q,p", Columns{Q: []string{"9"}}, []string{`no column "9"`}},
		{"t,q,p,a,b", Columns{DQ: []string{"a", "b"}}, []string{"2 of the 2 states"}},
		{"t,q,p,f", Columns{Q: []string{"q"}, P: []string{"p", "f"}}, []string{`"q"`, `"p", "f"`}},
	} {
		_, err := test.given.resolve(strings.Split(test.header, ","))
		var c *columnError
		if !errors.As(err, &c) {
			t.Errorf("%s (%+v): %v, want an error", test.header, test.given, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error is %q, want %q in it", test.header, err, want)
			}
		}
	}
}

func TestNamesAreTheUsersOwn(t *testing.T) {
	s, _, err := decode("Time (s);Winkel [rad]; Rate\n0;1;2\n", Columns{Q: []string{"winkel"}, P: []string{"Rate"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Winkel [rad]", "Rate"}; !cmp.Equal(s.Names, want) {
		t.Errorf("the states are called %q, want %q", s.Names, want)
	}
}
